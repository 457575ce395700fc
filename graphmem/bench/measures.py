"""Measures of rankings: shares of gold, areas under curves, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["all_found", "auroc", "interval", "percentiles", "share_found"]

_N_RESAMPLES = 1_000
_SEED = 20_240_501


def share_found(ranking: Sequence[str], gold: Sequence[str], k: int) -> float:
    """Return which share of the gold is in the first k."""
    top = set(ranking[:k])
    return sum(uid in top for uid in gold) / len(gold)


def all_found(ranking: Sequence[str], gold: Sequence[str], k: int) -> float:
    """Return 1.0 where all gold is in the first k, else 0.0."""
    return float(set(gold) <= set(ranking[:k]))


def auroc(known: Sequence[float], unknown: Sequence[float]) -> float | None:
    """Return how often a known question scores above an unknown one; ties count half.

    None where there is none of either. O(n log n).
    """
    if not known or not unknown:
        return None
    scores = np.concatenate([known, unknown])
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[places]
    n, m = len(known), len(unknown)
    return float((ranks[:n].sum() - n * (n + 1) / 2.0) / (n * m))


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the middle 95 % of the mean over resampled questions (percentile bootstrap).

    The resampling is seeded: the same values give the same interval. None for no values.
    """
    if not values:
        return None
    given: npt.NDArray[np.float64] = np.asarray(values, np.float64)
    draws = np.random.default_rng(_SEED).integers(0, len(given), (_N_RESAMPLES, len(given)))
    low, high = np.percentile(given[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def percentiles(values: Sequence[float]) -> Mapping[str, float]:
    """Return the median and the 95th percentile."""
    if not values:
        return {"p50": 0.0, "p95": 0.0}
    middle, high = np.percentile(np.asarray(values, np.float64), [50, 95])
    return {"p50": float(middle), "p95": float(high)}
