"""How-to knowledge that fits a task, best first."""

from __future__ import annotations

from datetime import datetime

from graphmem.core.beta import mean
from graphmem.core.decay import days_between, freshness
from graphmem.ports import GraphReader, LessonIndex
from graphmem.reading.similar import recall_id, source_names
from graphmem_schemas import Hit, Prescription, Recall, ScorePart

__all__ = ["fitting_prescriptions"]

_NONE = "no prescription is remembered"
# What use has shown moves a lesson by as much as one standard deviation of how well they fit.
_BY_USE = 2.0
_WIDER = 4


def fitting_prescriptions(
    task: str, k: int, lessons: LessonIndex, reader: GraphReader, space: str, now: datetime
) -> Recall:
    """Return the k prescriptions that fit a task, by what they say and how they went.

    Args:
        task: in plain words.
        k: 1 or more.
        lessons: the prescriptions of the space as they are now.
        reader: gives the nodes.
        space: the space.
        now: dates the recall.
    """
    ranked = lessons.best(Prescription.label, task, _WIDER * k)
    nodes = reader.get(space, [one.uid for one in ranked])
    scored = [
        (one.score, _by_use(node, now), node)
        for one, node in zip(ranked, nodes, strict=True)
        if isinstance(node, Prescription)
    ]
    scored.sort(key=lambda one: (-(one[0] + one[1]), one[2].uid))
    kept = scored[:k]
    names = source_names([node.source or "" for _, _, node in kept], reader, space)
    hits = tuple(_hit(fit, use, node, names) for fit, use, node in kept)
    return Recall(
        id=recall_id("prescriptions", space, task, now),
        question=task,
        hits=hits,
        abstained=None if hits else _NONE,
        confidence=hits[0].score if hits else 0.0,
    )


def _by_use(node: Prescription, now: datetime) -> float:
    """Return what the outcomes add: 0 for a lesson that was never used; it fades with time."""
    failures = node.uses - node.successes
    fresh = freshness(days_between(node.last_at or node.recorded_at, now), node.uses)
    return fresh * _BY_USE * (mean(1.0 + node.successes, 1.0 + failures) - 0.5)


def _hit(fit: float, use: float, node: Prescription, names: dict[str, str]) -> Hit:
    parts = {"fit": fit, "use": use}
    return Hit(
        uid=node.uid, kind="prescription", text=node.text, title=node.when, score=fit + use,
        source=names.get(node.source or ""),
        parts=tuple(ScorePart(name=n, value=round(v, 6)) for n, v in parts.items() if v),
    )  # fmt: skip
