"""First step of the picture: which nodes and edges of a graph one can look at together.

A graph has thousands of nodes and a screen has room for a few hundred. Entities that many
passages mention come first; then the facts between them, the events that join them, the passages
that say so, and the sources of those.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphmem_schemas import Edge, EdgeKind, Entity, Event, Node, Passage, Proposition, Source

__all__ = ["DRAWN_KINDS", "Graph", "Limits", "select"]

DRAWN_KINDS: tuple[EdgeKind, ...] = (
    "PART_OF",
    "MENTIONS",
    "EVIDENCED_BY",
    "ARGUMENT",
    "SUBJECT",
    "OBJECT",
    "SUPERSEDES",
    "CONTRADICTS",
    "SHORT_FOR",
    "SAME_AS",
)
# Dates and amounts are in everything and say nothing about what belongs together.
_UNDRAWN_ENTITIES = ("time", "quantity")


@dataclass(frozen=True, slots=True)
class Limits:
    """How many nodes of each layer are drawn at most."""

    entities: int = 90
    facts: int = 90
    events: int = 50
    passages: int = 120


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by uid and the edges among them, both in a fixed order."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()


def select(nodes: Iterable[Node], edges: Sequence[Edge], limits: Limits) -> Graph:
    """Choose what to draw; the same graph gives the same choice.

    Args:
        nodes: all nodes of a space, in any order.
        edges: all edges of the drawn kinds, in any order.
        limits: room for each layer.

    Complexity:
        O(n log n + m) for n nodes and m edges.
    """
    by_uid = {node.uid: node for node in sorted(nodes, key=lambda node: node.uid)}
    near = _neighbours(edges)
    entities = _entities(by_uid, near, limits.entities)
    facts = _facts(by_uid, entities, limits.facts)
    for fact in facts:
        entities |= {
            uid for uid in (fact.subject, fact.object) if uid is not None and uid in by_uid
        }
    events = _events(by_uid, near, entities, limits.events)
    chosen = entities | {fact.uid for fact in facts} | {event.uid for event in events}
    passages = _passages(by_uid, near, chosen, entities, limits.passages)
    sources = {passage.source for passage in passages if passage.source in by_uid}
    chosen |= {passage.uid for passage in passages} | sources
    kept = sorted(
        (
            edge
            for edge in edges
            if edge.kind in DRAWN_KINDS and edge.start in chosen and edge.end in chosen
        ),
        key=lambda edge: (edge.kind, edge.start, edge.end),
    )
    joined = {uid for edge in kept for uid in (edge.start, edge.end)}
    drawn = {uid: node for uid, node in by_uid.items() if uid in joined}
    return Graph(drawn, tuple(kept))


def _neighbours(edges: Sequence[Edge]) -> dict[tuple[EdgeKind, str], list[str]]:
    near: dict[tuple[EdgeKind, str], list[str]] = defaultdict(list)
    for edge in edges:
        near[edge.kind, edge.start].append(edge.end)
        near[edge.kind, edge.end].append(edge.start)
    return near


def _entities(
    by_uid: dict[str, Node], near: dict[tuple[EdgeKind, str], list[str]], limit: int
) -> set[str]:
    # A title is drawn with its source and need not be there twice.
    titles = {node.title for node in by_uid.values() if isinstance(node, Source)}
    counts = {
        uid: len(near.get(("MENTIONS", uid), ()))
        for uid, node in by_uid.items()
        if isinstance(node, Entity)
        and node.kind not in _UNDRAWN_ENTITIES
        and node.name[:1].isupper()
        and node.name not in titles
    }
    ranked = sorted(counts, key=lambda uid: (-counts[uid], uid))
    # Named once, it joins nothing, unless there is room for all; what a fact is about comes in
    # with the fact.
    least = 1 if len(counts) <= limit // 2 else 2
    return {uid for uid in ranked[:limit] if counts[uid] >= least}


def _facts(by_uid: dict[str, Node], entities: set[str], limit: int) -> list[Proposition]:
    facts = [node for node in by_uid.values() if isinstance(node, Proposition)]

    def rank(fact: Proposition) -> tuple[bool, int, float, str]:
        ends = (fact.subject in entities) + (fact.object in entities)
        return fact.status == "current", -ends, -fact.confidence, fact.uid

    wanted = [fact for fact in facts if fact.subject in entities]
    # What has changed comes first: it is what a memory is for. Its successors come along.
    changed = {(fact.subject, fact.predicate) for fact in wanted if fact.status == "superseded"}
    heirs = [f for f in wanted if (f.subject, f.predicate) in changed]
    both = [f for f in wanted if f.object in entities and f not in heirs]
    return sorted(heirs, key=rank)[: limit // 3] + sorted(both, key=rank)[: limit - limit // 3]


def _events(
    by_uid: dict[str, Node],
    near: dict[tuple[EdgeKind, str], list[str]],
    entities: set[str],
    limit: int,
) -> list[Event]:
    found = []
    for uid, node in by_uid.items():
        if isinstance(node, Event):
            n_known = len(entities.intersection(near.get(("ARGUMENT", uid), ())))
            if n_known >= 2:
                found.append((-n_known, uid, node))
    return [node for _, _, node in sorted(found, key=lambda row: row[:2])[:limit]]


def _passages(
    by_uid: dict[str, Node],
    near: dict[tuple[EdgeKind, str], list[str]],
    chosen: set[str],
    entities: set[str],
    limit: int,
) -> list[Passage]:
    votes: Counter[str] = Counter()
    for uid in chosen - entities:
        votes.update({passage: 3 for passage in near.get(("EVIDENCED_BY", uid), ())})
    for uid in entities:
        votes.update(near.get(("MENTIONS", uid), ()))
    ranked = sorted(votes, key=lambda uid: (-votes[uid], uid))
    passages = [node for uid in ranked if isinstance(node := by_uid.get(uid), Passage)]
    return passages[:limit]
