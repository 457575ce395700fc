"""What a derived node rests on: one table, and the counts that follow from edges.

A node falls when something that it rested on goes and too little of that sort is left. What
never rested on anything (it was imported bare, or somebody gave it) stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from graphmem_schemas import (
    Concept,
    Edge,
    EdgeKind,
    Insight,
    Node,
    Outcome,
    Prescription,
    Proposition,
    Query,
)

__all__ = [
    "LIFTED",
    "LIFTED_FROM",
    "SUPPORT",
    "SUPPORT_KINDS",
    "Rest",
    "falls",
    "holds_up",
    "may_be_hub",
    "recounted",
    "rests_of",
]


@dataclass(frozen=True, slots=True)
class Rest:
    """One sort of edges that a node rests on.

    Attributes:
        kinds: any of them will do.
        inward: whether they end at the node; else they start there.
        at_least: how many a node needs that has lost one.
    """

    kinds: tuple[EdgeKind, ...]
    inward: bool = False
    at_least: int = 1

    def holds(self, uid: str, edge: Edge) -> bool:
        """Whether the node rests on this edge."""
        return edge.kind in self.kinds and (edge.end if self.inward else edge.start) == uid


LIFTED = "do again"
"""The relation of facts that no sentence states, but that several sources tell of."""
LIFTED_FROM = 3
"""So many sources must tell it."""

_TOLD = Rest(("EVIDENCED_BY",))

SUPPORT: Mapping[str, tuple[Rest, ...]] = {
    "Passage": (Rest(("PART_OF",)),),
    "Event": (_TOLD,),
    "Proposition": (_TOLD, Rest(("SUBJECT",)), Rest(("OBJECT",))),
    "Entity": (Rest(("MENTIONS", "SUBJECT", "OBJECT", "ARGUMENT", "MEMBER"), inward=True),),
    # A concept groups: it is made when two speak of it, and goes with the last but one.
    "Concept": (Rest(("ABOUT", "BROADER"), inward=True, at_least=2),),
    "Prescription": (Rest(("EVIDENCED_BY", "FROM")),),
    "Hyperedge": (_TOLD, Rest(("MEMBER",), at_least=2)),
    "Insight": (Rest(("SUPPORTED_BY", "CONTRADICTED_BY")),),
    # A step says the same words as the passage that keeps it.
    "Interaction": (Rest(("PART_OF",)), _TOLD),
    "Query": (),
}
"""By label: of each sort of edges that a node rests on, some must be left."""

_HUBS = frozenset(
    label for label, rests in SUPPORT.items() if rests and all(rest.inward for rest in rests)
)

# What somebody asked and found useful; a run's task rests on the run's source instead.
_FEEDBACK = (
    Rest(("USED",)),
    Rest(("SUPPORTED_BY", "CONTRADICTED_BY"), inward=True),
)

SUPPORT_KINDS: tuple[EdgeKind, ...] = tuple(
    sorted({kind for rests in (*SUPPORT.values(), _FEEDBACK) for rest in rests
            for kind in rest.kinds})
)  # fmt: skip


def rests_of(node: Node) -> tuple[Rest, ...]:
    """Return what a node rests on; nothing for one that stands by itself."""
    if isinstance(node, Concept) and node.given:
        return ()
    return SUPPORT.get(node.label, ())


def may_be_hub(node: Node) -> bool:
    """Whether any number of nodes may speak of this one, and only how many do decides if it stays.

    A name may stand in every passage of a memory; its edges are then not to be read for that.
    """
    return node.label in _HUBS


def holds_up(node: Node, edge: Edge) -> bool:
    """Whether a node rests on an edge, or has it in its counts."""
    counted = isinstance(node, Prescription) and edge.kind == "USED" and edge.end == node.uid
    rests = _FEEDBACK if isinstance(node, Query) and node.source is None else rests_of(node)
    return counted or any(rest.holds(node.uid, edge) for rest in rests)


def falls(node: Node, lost: Collection[Edge], left: Collection[Edge]) -> bool:
    """Whether a node has too little to rest on.

    Args:
        lost: edges of it that go.
        left: edges of it that stay.
    """
    uid = node.uid
    if isinstance(node, Query) and node.source is None:
        # Any sort will do: what was used, or what it spoke for or against.
        used = any(rest.holds(uid, edge) for rest in _FEEDBACK for edge in lost)
        return used and not any(rest.holds(uid, edge) for rest in _FEEDBACK for edge in left)
    if isinstance(node, Proposition) and node.predicate == LIFTED and lost:
        told = {key for edge in left if _TOLD.holds(uid, edge) for key in edge.sources}
        return len(told) < LIFTED_FROM
    return any(
        sum(rest.holds(uid, edge) for edge in left) < rest.at_least
        for rest in rests_of(node)
        if any(rest.holds(uid, edge) for edge in lost)
    )


def recounted(node: Node, edges: Iterable[Edge], outcomes: Mapping[str, Outcome]) -> Node:
    """Return the node with its counts as its edges have them; the same where nothing differs.

    Args:
        node: an insight or a prescription; others have no counts.
        edges: all that touch it.
        outcomes: of the queries at their other ends, by uid.
    """
    if isinstance(node, Insight):
        weight = {"SUPPORTED_BY": 1.0, "CONTRADICTED_BY": 1.0}
        for edge in sorted(edges, key=lambda e: (e.kind, e.end)):
            if edge.start == node.uid and edge.kind in weight:
                weight[edge.kind] += edge.weight
        counts = {"alpha": weight["SUPPORTED_BY"], "beta": weight["CONTRADICTED_BY"]}
    elif isinstance(node, Prescription):
        users = {e.end for e in edges if e.kind == "FROM" and e.start == node.uid}
        users |= {e.start for e in edges if e.kind == "USED" and e.end == node.uid}
        won = sum(outcomes.get(uid) == "success" for uid in users)
        counts = {"uses": len(users), "successes": won}
    else:
        return node
    if all(getattr(node, name) == value for name, value in counts.items()):
        return node
    return node.model_copy(update=counts)
