"""Feedback: exactly the ids that were used are credited, for or against, once a recall.

What was shown and not used is left alone. Nothing is removed by a failure: an insight that fails
often is less sure, and so comes later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from graphmem.core.changes import Changes
from graphmem.core.support import recounted
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader, ShownRecall
from graphmem_schemas import (
    EDGE_RULES,
    Edge,
    EdgeKind,
    Insight,
    Node,
    Outcome,
    Prescription,
    Query,
)

__all__ = ["Feedback", "check_used", "credit", "feedback_uid"]

_USABLE = EDGE_RULES["USED"][1]
_COUNTED: tuple[EdgeKind, ...] = ("SUPPORTED_BY", "CONTRADICTED_BY", "FROM", "USED")


def feedback_uid(recall_id: str) -> str:
    """Return the uid of the task that feedback on a recall is kept as."""
    return content_uid("feedback", recall_id)


def check_used(
    used: object, shown: ShownRecall, recall_id: str, is_gone: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return the used uids, each once, sorted.

    Args:
        used: uids of hits.
        shown: the recall.
        recall_id: its id.
        is_gone: whether the space has no such node; asked where hits were deleted since.

    Raises:
        InvalidInput: There is none, or one was not shown in this recall.
    """
    if isinstance(used, str) or not isinstance(used, Iterable):
        raise InvalidInput(f"used must be a list of uids, not a {type(used).__name__}")
    uids = list(used)
    for uid in uids:
        is_shown = isinstance(uid, str) and (
            uid in shown.uids or (shown.n_gone > 0 and is_gone(uid))
        )
        if not is_shown:
            raise InvalidInput(
                f"{uid!r:.60} was not shown in recall {recall_id[:80]!r}: give the `uid` of "
                "some of its hits"
            )
    if not uids:
        raise InvalidInput("used is empty: name what was of use; without any there is no feedback")
    return tuple(sorted(set(uids)))


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said of one recall.

    Attributes:
        recall_id: what was shown; every edge is contributed by it.
        question: of the recall.
        used: from `check_used`.
        outcome: how it ended.
        score: how well, 0 to 1, where that is known.
        at: when the feedback is given.
    """

    recall_id: str
    question: str
    used: tuple[str, ...]
    outcome: Outcome
    score: float | None
    at: datetime


def credit(said: Feedback, reader: GraphReader, space: str) -> Changes:
    """Return the task that the feedback is kept as, its edges, and new counts.

    Another outcome for the same recall takes the place of the first. Nodes that are gone by now
    are left out.
    """
    uid = feedback_uid(said.recall_id)
    known, *nodes = reader.get(space, [uid, *said.used])
    there = [node for node in nodes if node is not None and node.label in _USABLE]
    before = reader.neighbours(space, [uid]) if known is not None else []
    task = Query(
        uid=uid, recorded_at=known.recorded_at if known else said.at, text=said.question,
        outcome=said.outcome, score=said.score,
    )  # fmt: skip
    edges = [edge for node in there for edge in _edges(node, task, said.recall_id)]
    same = {(e.kind, e.start, e.end, e.weight) for e in before} == {
        (e.kind, e.start, e.end, e.weight) for e in edges
    }
    if not there or (known == task and same):
        return Changes()
    touched = {node.uid: node for node in there}
    lost = sorted({e.start if e.start != uid else e.end for e in before} - touched.keys())
    touched |= {node.uid: node for node in reader.get(space, lost) if node is not None}
    counted = _recounted(touched, edges, task, reader, space)
    return Changes(
        nodes=(task, *counted),
        edges=tuple(edges),
        remove_sources=(said.recall_id,) if before else (),
    )


def _edges(node: Node, task: Query, recall_id: str) -> list[Edge]:
    used = Edge(kind="USED", start=task.uid, end=node.uid, sources={recall_id: 1.0})
    if not isinstance(node, Insight) or task.outcome == "unknown":
        return [used]
    share = task.score if task.score is not None else float(task.outcome == "success")
    shares: tuple[tuple[EdgeKind, float], ...] = (
        ("SUPPORTED_BY", share), ("CONTRADICTED_BY", 1.0 - share),
    )  # fmt: skip
    return [used] + [
        Edge(kind=kind, start=node.uid, end=task.uid, sources={recall_id: weight})
        for kind, weight in shares
        if weight > 0
    ]


def _recounted(
    nodes: dict[str, Node], edges: Sequence[Edge], task: Query, reader: GraphReader, space: str
) -> list[Node]:
    """Count insights and prescriptions by their edges, with those of this feedback as they are."""
    lessons = {u: n for u, n in nodes.items() if isinstance(n, Insight | Prescription)}
    if not lessons:
        return []
    stored = reader.neighbours(space, sorted(lessons), list(_COUNTED))
    every = [e for e in stored if task.uid not in (e.start, e.end)] + list(edges)
    ends = {e.start if e.kind == "USED" else e.end for e in every}
    outcomes: dict[str, Outcome] = {
        n.uid: n.outcome
        for n in reader.get(space, sorted(ends - {task.uid}))
        if isinstance(n, Query)
    }
    outcomes[task.uid] = task.outcome
    mine = {uid: [e for e in every if uid in (e.start, e.end)] for uid in lessons}
    return [recounted(node, mine[uid], outcomes) for uid, node in lessons.items()]
