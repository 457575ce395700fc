"""Pure types and algorithms: no I/O, no clock, no randomness."""
