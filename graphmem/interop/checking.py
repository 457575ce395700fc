"""What has to hold of a file's rows together, before the first of them is applied."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from graphmem.core.changes import Vector
from graphmem.core.cycles import closing_cycle
from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore
from graphmem_schemas import EDGE_RULES, Edge, EdgeKind, Node, Passage, Source

__all__ = ["Checks"]

_LOOK_ROWS = 1_000
_DIMENSIONS = re.compile(r"\((\d+) dimensions\)$")
_Key = tuple[str, str, str]
# Whoever follows these must not come back to where they began.
_ONE_WAY: tuple[EdgeKind, ...] = ("BROADER", "SUPERSEDES")


class Checks:
    """Takes the rows of a file one by one; memory grows with their uids, not with their texts."""

    def __init__(self, store: GraphStore, space: str, embedder: str | None) -> None:
        """Begin.

        Args:
            store: where the rows will go.
            space: the space that they go into.
            embedder: what the file says that its vectors are of.
        """
        self._store, self._space, self._embedder = store, space, embedder
        self._is_empty = not store.seq(space)
        self._labels: dict[str, str] = {}
        self._needed: dict[str, None] = {}
        # Edges of which an end has not been met yet.
        self._open: dict[_Key, None] = {}
        self._one_way: dict[EdgeKind, set[tuple[str, str]]] = {kind: set() for kind in _ONE_WAY}
        self._unlooked: list[Node] = []

    def take(self, row: Node | Vector | Edge) -> None:
        """Check a row by itself and against those before it.

        Raises:
            InvalidInput: It cannot be what it says.
        """
        if isinstance(row, Node):
            self._take_node(row)
        elif isinstance(row, Vector):
            _check_vector(row, self._embedder)
            self._needed[row.uid] = None
        else:
            key = (row.kind, row.start, row.end)
            if row.kind in self._one_way:
                self._one_way[row.kind].add((row.start, row.end))
            if not self._is_ruled(key, self._labels):
                self._open[key] = None

    def finish(self) -> None:
        """Check what needs all rows, and what is stored.

        Raises:
            InvalidInput: An edge or a vector is of no node, an edge joins what its kind does not
                join, or what is broader or supersedes leads back to where it began.
        """
        self._look()
        for _, start, end in self._open:
            self._needed.update({start: None, end: None})
        missing = [uid for uid in self._needed if uid not in self._labels]
        stored = self._store.get(self._space, missing)
        unknown = [uid for uid, node in zip(missing, stored, strict=True) if node is None]
        if unknown:
            raise InvalidInput(
                f"{len(unknown)} nodes that edges or vectors of the file need are neither in it "
                f"nor in space {self._space!r}, the first is {unknown[0][:80]!r}: export the "
                "whole space again"
            )
        labels = self._labels | {node.uid: node.label for node in stored if node is not None}
        for key in self._open:
            self._is_ruled(key, labels)
        for kind, pairs in self._one_way.items():
            self._check_one_way(kind, pairs)

    def _check_one_way(self, kind: EdgeKind, pairs: set[tuple[str, str]]) -> None:
        """Refuse a circle, in the file or together with what is stored."""

        def onwards(uids: Sequence[str]) -> list[tuple[str, str]]:
            if self._is_empty:
                return []
            edges = self._store.neighbours(self._space, uids, [kind])
            return [(edge.start, edge.end) for edge in edges]

        cycle = closing_cycle(pairs, onwards)
        if cycle:
            path = " → ".join(uid[:40] for uid in cycle)
            raise InvalidInput(f"edges {kind} lead back to where they began: {path}")

    def _take_node(self, node: Node) -> None:
        if node.uid in self._labels:
            raise InvalidInput(f"the file has two nodes of the uid {node.uid[:80]!r}")
        self._labels[node.uid] = node.label
        if not self._is_empty:
            self._unlooked.append(node)
            if len(self._unlooked) == _LOOK_ROWS:
                self._look()

    def _look(self) -> None:
        """Compare nodes with those that are stored under their uids."""
        nodes, self._unlooked = self._unlooked, []
        stored: Sequence[Node | None] = self._store.get(self._space, [n.uid for n in nodes])
        for node, there in zip(nodes, stored, strict=True):
            if there is not None and _said(node) != _said(there):
                raise InvalidInput(
                    f"{node.uid[:80]!r} is a {there.label} of space {self._space!r}, and the "
                    "file makes another of it: what was said is not changed by an import"
                )

    def _is_ruled(self, key: _Key, labels: dict[str, str]) -> bool:
        """Whether both ends of an edge are known; they are then such as its kind joins."""
        kind, start, end = key
        if start not in labels or end not in labels:
            return False
        starts, ends = EDGE_RULES[kind]  # type: ignore[index]
        if labels[start] not in starts or labels[end] not in ends:
            raise InvalidInput(
                f"an edge {kind} joins {labels[start]} {start[:80]!r} to {labels[end]} "
                f"{end[:80]!r}: it goes from {' or '.join(starts)} to {' or '.join(ends)}"
            )
        return True


def _said(node: Node) -> tuple[str, str]:
    """Return what no import changes: the label, and the text of a passage or name of a source."""
    if isinstance(node, Passage):
        return node.label, node.text
    return node.label, node.name if isinstance(node, Source) else ""


def _check_vector(vector: Vector, embedder: str | None) -> None:
    """Refuse a vector that searches could not be compared with."""
    if embedder is None:
        raise InvalidInput("the file holds vectors, but its header does not say of which embedder")
    said = _DIMENSIONS.search(embedder)
    wrong_length = said is not None and len(vector.values) != int(said.group(1))
    # NaN is not near 1 either.
    if wrong_length or not abs(float(np.linalg.norm(vector.values)) - 1.0) < 1e-2:
        raise InvalidInput(
            f"the vector of {vector.uid[:80]!r} is no unit vector of {embedder}: export again"
        )
