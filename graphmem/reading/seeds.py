"""Where the walk begins."""

from __future__ import annotations

import numpy as np

from graphmem.ports import Float32
from graphmem.reading.weights import WALK

__all__ = ["choose_seeds", "ranking"]

_LEAST_SHARE = 1e-9


def ranking(scores: Float32, uids: list[str]) -> list[int]:
    """Return positions from the best score to the lowest; equal ones by uid."""
    places = np.argsort(-scores, kind="stable")
    order: list[int] = places.tolist()
    ranked = scores[places]
    if (ranked[1:] == ranked[:-1]).any():
        order.sort(key=lambda at: (-float(scores[at]), uids[at]))
    return order


def choose_seeds(scores: Float32, uids: list[str]) -> dict[str, float]:
    """Return the best passages with their share of the walk: a softmax of their scores."""
    best = ranking(scores, uids)[: WALK.n_seeds]
    if not best:
        return {}
    above = (scores[best] - scores[best[0]]).astype(np.float64)
    shares = np.exp(above / WALK.temperature)
    shares /= shares.sum()
    pairs = zip(best, shares.tolist(), strict=True)
    return {uids[at]: share for at, share in pairs if share > _LEAST_SHARE}
