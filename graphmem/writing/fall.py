"""Taking back, first half: what falls with what is removed, and what stays with less.

In: the nodes that go. Out: a `Fallen`: all that rested on them alone, level by level, and what
has support left. What it costs follows what goes: of a name that every passage speaks of, only
the edges that it loses are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphmem.core.changes import EdgeKey
from graphmem.core.support import (
    SUPPORT_KINDS,
    falls,
    holds_up,
    may_be_hub,
    recounted,
    rests_of,
)
from graphmem.ports import GraphReader, PlanReader
from graphmem_schemas import Edge, EdgeKind, Hyperedge, Node, Outcome, Query, Source

__all__ = ["Fallen", "fall"]

# At which of its ends an edge holds a node up, or counts for one.
_FROM_START: frozenset[EdgeKind] = frozenset(
    ("PART_OF", "EVIDENCED_BY", "SUBJECT", "OBJECT", "MEMBER", "FROM", "SUPPORTED_BY",
     "CONTRADICTED_BY", "USED")
)  # fmt: skip
_FROM_END: frozenset[EdgeKind] = frozenset(
    ("MENTIONS", "SUBJECT", "OBJECT", "ARGUMENT", "MEMBER", "ABOUT", "BROADER", "SUPPORTED_BY",
     "CONTRADICTED_BY", "USED")
)  # fmt: skip


@dataclass(slots=True)
class Fallen:
    """What goes and what it touches.

    Attributes:
        gone: uids of all that goes.
        nodes: every node that was looked at, by uid: all that goes and all that loses an edge.
        edges: edges by node, of the kinds that hold something up: of a node that stays and may
            be a hub those that it loses, or that lose a contribution, and perhaps others; of
            every other node that was looked at all.
        whole: the nodes of which these are all.
        keys: contributions that go.
    """

    gone: set[str]
    keys: frozenset[str]
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[str, dict[EdgeKey, Edge]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def take(self, edges: Iterable[Edge]) -> None:
        """Keep edges at both ends."""
        for edge in edges:
            for uid in (edge.start, edge.end):
                self.edges.setdefault(uid, {})[edge.kind, edge.start, edge.end] = edge

    def at(self, uid: str) -> Iterable[Edge]:
        """The edges of a node that are known."""
        return self.edges.get(uid, {}).values()

    def is_lost(self, edge: Edge) -> bool:
        """Whether an edge goes: with an end, or with all that contributed to it."""
        return edge.start in self.gone or edge.end in self.gone or edge.sources.keys() <= self.keys

    def weakened(self) -> list[Node]:
        """The nodes that stay with less to rest on, by uid."""
        return [
            node
            for uid, node in sorted(self.nodes.items())
            if uid not in self.gone
            and any(
                self.is_lost(edge) or not self.keys.isdisjoint(edge.sources)
                for edge in self.at(uid)
                if holds_up(node, edge)
            )
        ]

    def mended(self, reader: GraphReader, space: str) -> list[Node]:
        """The nodes that stay and read otherwise: counts, members. One read at most."""
        weakened = self.weakened()
        left = {
            node.uid: [e for e in self.at(node.uid) if not self.is_lost(e)] for node in weakened
        }
        outcomes: dict[str, Outcome] = {
            query.uid: query.outcome
            for query in reader.get(space, sorted(_users(left)))
            if isinstance(query, Query)
        }
        found: list[Node] = []
        for node in weakened:
            mended = self._lightened(left[node.uid])
            new = recounted(node, mended, outcomes)
            if isinstance(new, Hyperedge) and self.gone.intersection(new.members):
                members = tuple(uid for uid in new.members if uid not in self.gone)
                new = new.model_copy(update={"members": members})
            if new is not node:
                found.append(new)
        return found

    def _lightened(self, edges: Iterable[Edge]) -> list[Edge]:
        """The edges without the contributions that go."""
        return [
            edge
            if self.keys.isdisjoint(edge.sources)
            else edge.model_copy(
                update={"sources": {k: w for k, w in edge.sources.items() if k not in self.keys}}
            )
            for edge in edges
        ]


def fall(uids: Iterable[str], reader: PlanReader, space: str, keys: Iterable[str] = ()) -> Fallen:
    """Find all that falls with some nodes.

    Each node that loses an edge is read once, four reads a level at most. A level is what rests
    on the one before it, so there are as many as the longest chain of what rests on what.

    Args:
        uids: nodes that are removed.
        reader: the store as it is now.
        space: the space.
        keys: contributions that are taken out of all edges.
    """
    fallen = Fallen(set(uids), frozenset(keys))
    if fallen.keys:
        fallen.take(reader.contributed(space, sorted(fallen.keys), SUPPORT_KINDS))
    _look_at(fallen.gone, fallen, reader, space)
    sources = [uid for uid, node in fallen.nodes.items() if isinstance(node, Source)]
    if sources:
        found = reader.find(space, "Query", sorted(sources))
        fallen.gone |= {uid for group in found.values() for uid in group}
    frontier = fallen.gone
    while frontier:
        _look_at(frontier, fallen, reader, space)
        touched = {uid for at in frontier for uid in _around(at, fallen)} - fallen.gone
        _look_at(touched, fallen, reader, space)
        # What loses an edge because nobody contributes to it any more pulls at its other end.
        also = {
            uid
            for at in touched
            for edge in fallen.at(at)
            if fallen.is_lost(edge)
            for uid in _held(edge)
        } - fallen.gone
        _look_at(also, fallen, reader, space)
        frontier = _falling(touched | also, fallen, reader, space)
        fallen.gone |= frontier
    return fallen


def _look_at(uids: set[str], fallen: Fallen, reader: GraphReader, space: str) -> None:
    """Read nodes and their edges, but no edges of what may be a hub and stays; nothing twice."""
    nodes = fallen.nodes
    if new := sorted(uids - nodes.keys()):
        nodes.update((n.uid, n) for n in reader.get(space, new) if n is not None)
    hubs = {uid for uid in uids - fallen.gone if uid in nodes and may_be_hub(nodes[uid])}
    if whole := sorted(uids - hubs - fallen.whole):
        fallen.whole.update(whole)
        fallen.take(reader.neighbours(space, whole, SUPPORT_KINDS))


def _around(uid: str, fallen: Fallen) -> Iterator[str]:
    """The nodes that rest on this one, or count it."""
    for edge in fallen.at(uid):
        yield from _held(edge)


def _held(edge: Edge) -> Iterator[str]:
    if edge.kind in _FROM_START:
        yield edge.start
    if edge.kind in _FROM_END:
        yield edge.end


def _falling(uids: Iterable[str], fallen: Fallen, reader: PlanReader, space: str) -> set[str]:
    """Return the nodes that have too little left to rest on."""
    falling: set[str] = set()
    needed: dict[tuple[EdgeKind, ...], dict[str, int]] = {}
    for uid in uids:
        node = fallen.nodes.get(uid)
        if node is None:
            continue
        lost = [edge for edge in fallen.at(uid) if fallen.is_lost(edge)]
        if uid in fallen.whole:
            left = [edge for edge in fallen.at(uid) if not fallen.is_lost(edge)]
            falling |= {uid} if falls(node, lost, left) else set()
            continue
        for rest in rests_of(node):
            if n_lost := sum(rest.holds(uid, edge) for edge in lost):
                needed.setdefault(rest.kinds, {})[uid] = n_lost + rest.at_least
    for kinds, least in needed.items():
        falling |= least.keys() - reader.with_in_degree(space, least, kinds)
    return falling


def _users(edges: Mapping[str, Iterable[Edge]]) -> set[str]:
    """The queries that count for prescriptions."""
    return {
        edge.end if edge.kind == "FROM" else edge.start
        for uid, of in edges.items()
        for edge in of
        if edge.kind in ("FROM", "USED") and uid in (edge.start, edge.end)
    }
