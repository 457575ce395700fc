"""The store as it will be once some nodes and contributions are gone: for plans that remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphmem.core.changes import Counts
from graphmem.ports import GraphReader
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["Without"]


@dataclass(frozen=True, slots=True)
class Without:
    """A `GraphReader` over another one that does not see what goes.

    Attributes:
        reader: the store as it is.
        gone: uids of nodes that go, with every edge that touches them.
        keys: contributions that leave all edges; an edge without any other goes.
    """

    reader: GraphReader
    gone: frozenset[str]
    keys: frozenset[str] = frozenset()

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for one that goes."""
        found = self.reader.get(space, uids)
        return [None if n is not None and n.uid in self.gone else n for n in found]

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the uids by key, of those that stay."""
        found = self.reader.find(space, label, keys)
        left = {key: tuple(u for u in uids if u not in self.gone) for key, uids in found.items()}
        return {key: uids for key, uids in left.items() if uids}

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return the edges that stay, with the contributions that stay."""
        edges: list[Edge] = []
        for edge in self.reader.neighbours(space, uids, kinds):
            if edge.start in self.gone or edge.end in self.gone:
                continue
            left = {k: w for k, w in edge.sources.items() if k not in self.keys}
            if len(left) == len(edge.sources):
                edges.append(edge)
            elif left:
                edges.append(edge.model_copy(update={"sources": left}))
        return edges

    def count(self, space: str) -> Counts:
        """Count what the space holds, with what goes."""
        return self.reader.count(space)
