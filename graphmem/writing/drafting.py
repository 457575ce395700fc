"""What the stages of composing hand on: passages in their places, and the changes so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graphmem.core.changes import Vector
from graphmem.core.extraction import Extraction
from graphmem_schemas import Edge, EdgeKind, Node, Passage, edge_of

__all__ = ["Draft", "Place"]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A passage with its place in its source.

    Attributes:
        about: what the source or the passage is about, by its title.
        trust: 0 to 1: how far the source is trusted.
        previous: uid of the passage before it, where this one is new.
    """

    source: str
    passage: Passage
    extraction: Extraction
    about: str | None
    trust: float = 1.0
    previous: str | None = None


class Draft:
    """Collects nodes and merges edges of one kind between the same two nodes.

    Attributes:
        added: uids of nodes that are new, by label.
        removed: uids of nodes that are put again without the edges that they had.
    """

    def __init__(self, space: str, now: datetime) -> None:
        self.space, self.now = space, now
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}
        self.vectors: list[Vector] = []
        self.added: dict[str, list[str]] = {}
        self.removed: list[str] = []

    def add_nodes(self, nodes: Sequence[Node]) -> None:
        """Put nodes; those that are new here count as added."""
        for node in nodes:
            if node.uid not in self.nodes:
                self.added.setdefault(node.label, []).append(node.uid)
            self.nodes[node.uid] = node

    def add_edge(self, edge: Edge) -> None:
        """Put an edge; one between the same two nodes of the same kind gains its sources."""
        key = (edge.kind, edge.start, edge.end)
        known = self.edges.get(key)
        if known:
            edge = known.model_copy(update={"sources": {**edge.sources, **known.sources}})
        self.edges[key] = edge

    def join(self, kind: EdgeKind, start: str, end: str, source: str, weight: float = 1.0) -> None:
        """Put an edge that one source contributes."""
        self.add_edge(edge_of(kind, start, end, {source: weight}))
