"""Compiled loops (numba); only the modules that wrap them import them."""
