"""What the question's manner makes of a ranking: all of it as it is, covering, or by time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from graphmem.ports import TextMatch
from graphmem.reading.coverage import covering
from graphmem.reading.last import last_first
from graphmem.reading.manner import Manner
from graphmem.reading.newer import placed
from graphmem.reading.rank import Ranked
from graphmem_schemas import Hit

__all__ = ["Rescore", "arranged", "rescored"]

Rescore = Callable[[Sequence[Hit]], tuple[Hit, ...]]
"""Gives hits the scores of their places."""


def arranged(ranked: Ranked, match: TextMatch, manner: Manner) -> tuple[Ranked, Rescore]:
    """Return a ranking in the order that a question wants.

    Args:
        ranked: the candidates, best first.
        match: tells of the candidates.
        manner: how the question wants its answer.

    Returns:
        The ranking, and what gives the hits that are made of it the scores of their places.
    """
    if manner.stand is not None:
        order = covering(ranked.order, ranked.scores, ranked.pool, match, manner)
        reason = "coverage"
    elif manner.last:
        order = last_first(ranked.order, ranked.cosines, ranked.pool, match)
        reason = "last"
    else:
        return ranked, tuple
    falling: list[float] = ranked.scores[ranked.order].tolist()
    return replace(ranked, order=order), partial(rescored, falling=falling, reason=reason)


def rescored(hits: Sequence[Hit], falling: Sequence[float], reason: str) -> tuple[Hit, ...]:
    """Return hits that were ranked anew with the scores of their places, and what says why.

    Args:
        hits: as they are ranked now.
        falling: scores of at least as many places, best first.
        reason: the name of the part of each score that makes it what it is.
    """
    return tuple(placed(hit, score, reason) for hit, score in zip(hits, falling, strict=False))
