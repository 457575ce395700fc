"""What the store in memory holds of one space."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from graphmem.core.changes import EdgeKey, Vector
from graphmem_schemas import Edge, Node

__all__ = ["Space", "edge_key"]


def edge_key(edge: Edge) -> EdgeKey:
    """Return what there is one edge of."""
    return (edge.kind, edge.start, edge.end)


@dataclass(slots=True)
class Space:
    """What one space holds; each entry with the `seq` of its last change."""

    seq: int = 0
    tokens: dict[int, str] = field(default_factory=dict)
    nodes: dict[str, tuple[int, Node]] = field(default_factory=dict)
    edges: dict[EdgeKey, tuple[int, Edge]] = field(default_factory=dict)
    vectors: dict[str, tuple[int, Vector]] = field(default_factory=dict)
    removed_nodes: dict[str, int] = field(default_factory=dict)
    removed_edges: dict[EdgeKey, int] = field(default_factory=dict)
    found: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    touching: defaultdict[str, set[EdgeKey]] = field(default_factory=lambda: defaultdict(set))
    given_by: defaultdict[str, set[EdgeKey]] = field(default_factory=lambda: defaultdict(set))
    log_seqs: list[int] = field(default_factory=list)
    log_keys: list[str | EdgeKey] = field(default_factory=list)
