"""What a write is made of, and what a reader of the log sees of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.errors import InvalidInput
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = [
    "MAX_DIMENSION",
    "ChangeBatch",
    "Changes",
    "Commit",
    "Counts",
    "EdgeKey",
    "EdgeRow",
    "EdgeTerms",
    "Vector",
]

EdgeKey = tuple[EdgeKind, str, str]

MAX_DIMENSION = 4_096
"""Numbers in a vector at most: what the vector index of Neo4j takes, and so every home."""


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """The embedding of one node: (d,) float32 of unit length."""

    uid: str
    values: npt.NDArray[np.float32]

    def check(self) -> None:
        """Refuse what a store cannot keep as a vector.

        Raises:
            InvalidInput: It is not one row of 1 to 4,096 finite float32.
        """
        values = self.values
        if values.ndim != 1 or values.dtype != np.float32:
            said = f"{values.shape} {values.dtype}, but it must be one row of float32"
        elif not 1 <= len(values) <= MAX_DIMENSION:
            said = f"it has {len(values):,} numbers, but a store takes 1 to {MAX_DIMENSION:,}"
        elif not np.isfinite(values).all():
            said = "a value is not finite"
        else:
            return
        raise InvalidInput(f"vector of {self.uid}: {said}")


@dataclass(frozen=True, slots=True)
class EdgeTerms:
    """What an edge says besides its key; see `Edge`. Many edges of a source share one."""

    sources: tuple[str, ...]
    shares: tuple[float, ...]
    role: str | None = None
    span: tuple[int, int] | None = None


EdgeRow = tuple[EdgeKind, str, str, EdgeTerms]
"""An edge as plain values: kind, start, end, terms."""


@dataclass(frozen=True, slots=True)
class Changes:
    """One atomic change of one space.

    Attributes:
        nodes: put as they are: a node with the same uid is replaced.
        edges: merged: the contributions of an edge's sources replace those of the same
            sources and leave the others alone.
        vectors: put: a vector of the same node is replaced.
        remove_nodes: uids that go, with their vectors and every edge that touches them.
        remove_sources: uids of sources whose contributions leave all edges; an edge without
            any contribution goes.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    vectors: tuple[Vector, ...] = ()
    remove_nodes: tuple[str, ...] = ()
    remove_sources: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether applying this would change nothing."""
        return not (
            self.nodes or self.edges or self.vectors or self.remove_nodes or self.remove_sources
        )


@dataclass(frozen=True, slots=True)
class Commit:
    """What `apply` did.

    Attributes:
        seq: number of the commit in its space, from 1 on; 0 where nothing was applied.
        n_nodes_removed: how many nodes went, by label.
        n_edges_removed: how many edges went, by kind.
    """

    seq: int
    n_nodes_removed: dict[str, int]
    n_edges_removed: dict[str, int]


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """What changed in a space since a watermark, in its newest state.

    Apply the removals first: what was removed and then put again is in both lists, because
    what hung on it (a node's vector) went with it. Nodes and vectors are sorted by the `seq`
    of their last change and then by uid, edges by that `seq` and then by key. An edge can come
    before one of its nodes, where the node changed again later.

    Attributes:
        seq: the watermark after this batch.
        nodes: new and replaced nodes of the wanted labels, oldest first.
        edges: new edges and edges whose weight changed, of the wanted kinds.
        vectors: new and replaced vectors, where they were wanted.
        removed_nodes: uids of removed nodes, of any label.
        removed_edges: keys of removed edges, of any kind.
    """

    seq: int
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    vectors: tuple[Vector, ...] = ()
    removed_nodes: tuple[str, ...] = ()
    removed_edges: tuple[EdgeKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a space holds."""

    seq: int
    nodes: dict[str, int]
    edges: dict[str, int]
    n_vectors: int
