"""How sure a share is, given how often it was seen: Beta(1 + for, 1 + against)."""

from __future__ import annotations

import math

__all__ = ["lower_bound", "mean"]

# The 5 % quantile of the normal distribution.
_Z = 1.6448536269514722


def mean(alpha: float, beta: float) -> float:
    """Return the expected share, between 0 and 1. Both counts must be above 0."""
    return alpha / (alpha + beta)


def lower_bound(alpha: float, beta: float) -> float:
    """Return about the 5 % quantile of Beta(alpha, beta), both above 0.

    By the normal approximation of the logit, ln(alpha / beta) ± z·sqrt(1 / alpha + 1 / beta): in
    closed form, rising with alpha and falling with beta. (31, 1) gives .85 where the true one is
    .91; (1, 1) .09 for .05.
    """
    low = math.log(alpha / beta) - _Z * math.sqrt(1.0 / alpha + 1.0 / beta)
    return 1.0 / (1.0 + math.exp(-low))
