"""What people said of hits moves these up or down for questions like the one they were shown for.

A passage's credit is the mean of Beta(1 + for, 1 + against), taken from -1 to 1, times a margin.
Each judged question counts by how alike it is: not at all below a cosine, fully where it is the
same. So a credit is below the margin whatever is said and however often: it decides between
passages that come close to each other, and lifts none that the question has nothing to do with.

`scripts/feedback.py` chose the margin and the cosine, and prints what they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from graphmem.ports import Float32, Judged, Judgements
from graphmem.reading.rank import Ranked
from graphmem.reading.seeds import ranking

__all__ = ["LEAST_ALIKE", "MARGIN", "credited", "credits_of"]

MARGIN = 1.0
"""What the score of a passage moves by, less than this."""

LEAST_ALIKE = 0.8
"""The cosine of two questions from which on what was said of one tells of the other."""

_LEAST = np.float32(1e-3)


def credited(ranked: Ranked, judgements: Judgements | None, question: Float32) -> Ranked:
    """Return the ranking with what is known of its passages' use; itself where nothing is.

    O(pool + judged questions).

    Args:
        ranked: candidates, scored.
        judgements: what was said; None for nothing.
        question: (d,) the vector of the question.
    """
    credits = credits_of(judgements.alike(question, LEAST_ALIKE)) if judgements else {}
    told = [at for at, uid in enumerate(ranked.pool.uids) if credits.get(uid)] if credits else []
    if not told:
        return ranked
    moved = ranked.scores.copy()
    moved[told] += np.array([credits[ranked.pool.uids[at]] for at in told], np.float32)
    # Others multiply scores: none is negative.
    moved = np.maximum(moved, _LEAST)
    parts = np.append(ranked.parts, (moved - ranked.scores)[:, None], axis=1)
    order = ranking(moved, ranked.pool.uids)
    return replace(ranked, parts=parts, scores=moved, order=order)


def credits_of(judged: Sequence[Judged]) -> dict[str, float]:
    """Return what is added to the score of each uid, between -MARGIN and MARGIN."""
    said: dict[str, tuple[list[float], list[float]]] = {}
    for one in judged:
        weight = min((one.cosine - LEAST_ALIKE) / (1.0 - LEAST_ALIKE), 1.0)
        for uid in one.used:
            good, bad = said.setdefault(uid, ([], []))
            good.append(weight * one.share)
            bad.append(weight * (1.0 - one.share))
    # Summed exactly, so that it does not count what was said first.
    return {uid: MARGIN * _mean(fsum(good), fsum(bad)) for uid, (good, bad) in said.items()}


def _mean(good: float, bad: float) -> float:
    """Return the mean of Beta(1 + good, 1 + bad) on a scale from -1 to 1."""
    return (good - bad) / (good + bad + 2.0)
