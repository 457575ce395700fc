"""A whole space, read from a store in one consistent state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from graphmem.core.changes import Vector
from graphmem.errors import StoreBusy
from graphmem.ports import GraphStore
from graphmem_schemas import EDGE_KINDS, Edge, Node

__all__ = ["MAX_TRIES", "edges_of", "graph_of", "nodes_of", "undisturbed", "vectors_of"]

# Nodes, vectors and edges are read one after another: what was written meanwhile would leave
# edges without ends, so what was overtaken is made again.
MAX_TRIES = 5

_Made = TypeVar("_Made")


def nodes_of(store: GraphStore, space: str) -> Iterator[Node]:
    """Yield every node, by its last change and uid; a batch of the feed is held at a time."""
    for batch in store.changes(space, 0, labels=tuple(Node.registry)):
        yield from batch.nodes


def vectors_of(store: GraphStore, space: str) -> Iterator[Vector]:
    """Yield every vector, in the same order and manner."""
    for batch in store.changes(space, 0, vectors=True):
        yield from batch.vectors


def edges_of(store: GraphStore, space: str) -> Iterator[Edge]:
    """Yield every edge, by its last change and key, in the same manner."""
    for batch in store.changes(space, 0, kinds=EDGE_KINDS):
        yield from batch.edges


def graph_of(store: GraphStore, space: str) -> tuple[list[Node], list[Edge]]:
    """Return all nodes and edges, read in one go: what is drawn is held anyhow."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for batch in store.changes(space, 0, labels=tuple(Node.registry), kinds=EDGE_KINDS):
        nodes += batch.nodes
        edges += batch.edges
    return nodes, edges


def undisturbed(store: GraphStore, space: str, make: Callable[[], _Made]) -> _Made:
    """Return what `make` makes of the space while nobody writes to it.

    Raises:
        StoreBusy: Others wrote to the space each time.
    """
    for _ in range(MAX_TRIES):
        seq = store.seq(space)
        made = make()
        if store.seq(space) == seq:
            return made
    raise StoreBusy(
        f"others wrote to space {space!r} during each of {MAX_TRIES} exports: "
        "try again when it is quieter"
    )
