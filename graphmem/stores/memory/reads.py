"""What a reader asks of the dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from graphmem.core.changes import Counts, EdgeKey
from graphmem.stores.memory.space import Space
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["Reader"]


class Reader:
    """Reads of the state that the caller has locked."""

    def __init__(self, spaces: dict[str, Space]) -> None:
        self._spaces = spaces

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        nodes = self.held(space).nodes
        return [nodes[uid][1] if uid in nodes else None for uid in uids]

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        found = self.held(space).found
        return {key: tuple(sorted(found[label, key])) for key in keys if found.get((label, key))}

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        held = self.held(space)
        keys = {key for uid in uids for key in held.touching.get(uid, ())}
        return _edges(held, keys, kinds)

    def contributed(
        self, space: str, sources: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that one of the sources contributed to, each once, sorted by key."""
        held = self.held(space)
        keys = {key for source in sources for key in held.given_by.get(source, ())}
        return _edges(held, keys, kinds)

    def with_in_degree(
        self, space: str, least: Mapping[str, int], kinds: Sequence[EdgeKind]
    ) -> set[str]:
        """Return those of the nodes at which at least so many edges of the kinds end."""
        touching = self.held(space).touching

        def reaches(uid: str, n: int) -> bool:
            inward = (key for key in touching.get(uid, ()) if key[2] == uid and key[0] in kinds)
            return len(list(islice(inward, n))) == n

        return {uid for uid, n in least.items() if reaches(uid, n)}

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`."""
        held = self.held(space)
        nodes = Counter(node.label for _, node in held.nodes.values())
        edges = Counter(key[0] for key in held.edges)
        return Counts(
            seq=held.seq,
            nodes=dict(sorted(nodes.items())),
            edges=dict(sorted(edges.items())),
            n_vectors=len(held.vectors),
        )

    def held(self, space: str) -> Space:
        """Return what the space holds, to read it."""
        return self._spaces.get(space) or Space()


def _edges(held: Space, keys: Iterable[EdgeKey], kinds: Sequence[EdgeKind] | None) -> list[Edge]:
    wanted = keys if kinds is None else {key for key in keys if key[0] in set(kinds)}
    return [held.edges[key][1] for key in sorted(wanted)]
