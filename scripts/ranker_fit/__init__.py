"""Fits the weights of the ranking; `scripts/fit_ranker.py` is the command."""
