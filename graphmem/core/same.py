"""Entities that are one: SAME_AS edges, followed as far as they lead.

Nothing moves when two entities are merged: reads look at the whole group instead, so that a merge
is undone by taking its edge away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from graphmem_schemas import Edge

__all__ = ["Same", "merge_key", "same_as"]


def merge_key(one: str, other: str) -> str:
    """Return the key that a merge rests on, whichever of the two is named first."""
    return f"merge {min(one, other)} {max(one, other)}"


@dataclass(slots=True)
class Same:
    """Groups of entities that are one. Union by smallest uid, with path halving."""

    _parent: dict[str, str] = field(default_factory=dict)
    _ends: dict[str, str] = field(default_factory=dict)

    def take(self, edges: Iterable[Edge]) -> None:
        """Join the ends of SAME_AS edges; other edges say nothing here."""
        for edge in edges:
            if edge.kind != "SAME_AS":
                continue
            known = self._ends.get(edge.start)
            self._ends[edge.start] = edge.end if known is None else min(known, edge.end)
            one, other = sorted((self.root(edge.start), self.root(edge.end)))
            self._parent[other] = one

    def root(self, uid: str) -> str:
        """Return the smallest uid of the group: it names the group and nothing more."""
        parent = self._parent
        parent.setdefault(uid, uid)
        while parent[uid] != uid:
            parent[uid] = parent[parent[uid]]
            uid = parent[uid]
        return uid

    def group(self, uid: str) -> tuple[str, ...]:
        """Return the sorted uids of all that are one with this, itself included; O(n)."""
        root = self.root(uid)
        return tuple(sorted(other for other in list(self._parent) if self.root(other) == root))

    def head(self, uid: str) -> str:
        """Return the entity that the group was merged into; the smallest where that is open."""
        heads = [one for one in self.group(uid) if one not in self._ends]
        return heads[0] if heads else self.root(uid)


def same_as(uids: Sequence[str], read: Callable[[Sequence[str]], Iterable[Edge]]) -> Same:
    """Follow SAME_AS edges from some entities to all that are one with them.

    Args:
        uids: entities.
        read: returns the SAME_AS edges that touch any of some entities: one batch read for each
            step away, so one where nothing was merged and two for most merges.
    """
    same = Same()
    seen: set[str] = set()
    frontier = sorted(set(uids))
    for uid in frontier:
        same.root(uid)
    while frontier:
        seen.update(frontier)
        edges = list(read(frontier))
        same.take(edges)
        frontier = sorted({uid for edge in edges for uid in (edge.start, edge.end)} - seen)
    return same
