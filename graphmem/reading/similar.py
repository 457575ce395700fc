"""Runs of tasks like this one, the likest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from graphmem.core.skeleton import skeleton, slots_of
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader, LessonIndex
from graphmem_schemas import Hit, Query, Recall, ScorePart, Source

__all__ = ["recall_id", "similar_runs", "source_names"]

_NONE = "no run of a task like this is remembered"


def similar_runs(
    task: str, k: int, lessons: LessonIndex, reader: GraphReader, space: str, now: datetime
) -> Recall:
    """Return the k runs whose tasks are most alike, with how they ended.

    Args:
        task: in plain words; what the words stand for is learnt from the runs themselves.
        k: 1 or more.
        lessons: runs of the space as they are now.
        reader: gives the nodes.
        space: the space.
        now: dates the recall.
    """
    ranked = lessons.similar(skeleton(task, lessons.slots() | set(slots_of([task]))), k)
    nodes = reader.get(space, [one.uid for one in ranked])
    found = [
        (node, one.score)
        for one, node in zip(ranked, nodes, strict=True)
        if isinstance(node, Query)
    ]
    names = source_names([node.source or "" for node, _ in found], reader, space)
    hits = tuple(
        Hit(
            uid=node.uid, kind="query", text=node.text, score=score, title=node.outcome,
            source=names.get(node.source or ""),
            parts=(ScorePart(name="likeness", value=score),),
        )
        for node, score in found
    )  # fmt: skip
    return Recall(
        id=recall_id("similar", space, task, now),
        question=task,
        hits=hits,
        abstained=None if hits else _NONE,
        confidence=hits[0].score if hits else 0.0,
    )


def recall_id(what: str, space: str, task: str, now: datetime) -> str:
    """Return the id of a recall of lessons, another one than that of a search."""
    return content_uid("recall", what, space, task, now.isoformat())


def source_names(uids: Iterable[str], reader: GraphReader, space: str) -> dict[str, str]:
    """Return the names of sources by uid; blank uids are left out."""
    wanted = sorted({uid for uid in uids if uid})
    sources = reader.get(space, wanted)
    return {s.uid: s.name for s in sources if isinstance(s, Source)}
