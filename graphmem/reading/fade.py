"""What has not been told or used for long counts less; it never goes by that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from graphmem.core.decay import days_between, freshness
from graphmem.ports import GraphReader
from graphmem.reading.facts import Statement
from graphmem_schemas import Insight, Prescription, Proposition, ScorePart

__all__ = ["fade"]

_FADING = Proposition | Prescription | Insight
_BELOW = 0.999


def fade(
    statements: Sequence[Statement], at: datetime, reader: GraphReader, space: str
) -> list[Statement]:
    """Weigh facts and lessons by how long ago they were told, and how often they were of use.

    What was superseded stays below what took its place. One read where there is any to weigh.

    Args:
        statements: scored; others than facts and lessons stay as they are.
        at: the moment asked for.
        reader: tells what was of use.
        space: the space.
    """
    fading = [one.node.uid for one in statements if isinstance(one.node, _FADING)]
    if not fading:
        return list(statements)
    uses: dict[str, float] = {}
    for edge in reader.neighbours(space, fading, ["USED"]):
        uses[edge.end] = uses.get(edge.end, 0.0) + edge.weight
    faded = [
        _weighed(one, freshness(days_between(one.passage.at, at), uses.get(one.node.uid, 0.0)))
        if isinstance(one.node, _FADING)
        else one
        for one in statements
    ]
    scores = {one.node.uid: one.score for one in faded}
    kept = [_capped(one, scores) for one in sorted(faded, key=lambda one: one.node.uid)]
    return sorted(kept, key=lambda one: (-one.score, one.node.uid))


def _weighed(one: Statement, factor: float) -> Statement:
    lost = one.score * (factor - 1.0)
    if abs(lost) < 1e-9:
        return one
    part = ScorePart(name="age", value=round(lost, 6))
    return replace(one, score=one.score + lost, parts=(*one.parts, part))


def _capped(one: Statement, scores: dict[str, float]) -> Statement:
    newer = scores.get(one.superseded_by or "")
    if newer is None or one.score < newer:
        return one
    return replace(one, score=_BELOW * newer)
