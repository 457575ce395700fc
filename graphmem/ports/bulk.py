"""What may be asked of a store beside the feed, where a space is read as a whole or by pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from graphmem.core.changes import EdgeKey, EdgeRow
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["EdgeRowReader", "PageReader"]


@runtime_checkable
class EdgeRowReader(Protocol):
    """A store that can hand out its edges without making a checked model of each."""

    def edge_rows(self, space: str, kinds: Sequence[EdgeKind]) -> Iterator[list[EdgeRow]]:
        """Yield every edge of the kinds, a few thousand at a time, oldest change first.

        All of one state, which no writer waits for. Costs a third of reading them from `changes`.

        Raises:
            StoreError: The store cannot be read.
        """
        ...


@runtime_checkable
class PageReader(Protocol):
    """A store that can go on in a space from anywhere, without reading what is before."""

    def page(
        self, space: str, labels: Sequence[str], after: str, limit: int
    ) -> tuple[list[Node], list[EdgeKey], str | None]:
        """Return the nodes of the labels that come next after a uid, and the edges from them.

        Nodes by uid, up to `limit` of them; edges in any order, each where it starts; last the
        uid to go on after, None at the end. A page may be short where a store passes over many
        nodes of other labels.

        Raises:
            StoreError: The store cannot be read.
        """
        ...

    def page_by_key(self, space: str, label: str, after: str, limit: int) -> list[Node]:
        """Return the nodes of a label whose key comes next after one, in the order of their keys.

        For labels whose nodes have one key each, which no other has.

        Raises:
            StoreError: The store cannot be read.
        """
        ...

    def page_of_edges(
        self, space: str, uid: str, kinds: Sequence[EdgeKind] | None, after: EdgeKey, limit: int
    ) -> list[Edge]:
        """Return the edges at a node that come next after a key, in the order of their keys.

        Args:
            space: the space.
            uid: of the node.
            kinds: of edges; None is all.
            after: kind, start and end; empty ones come before all.
            limit: how many at most.

        Raises:
            StoreError: The store cannot be read.
        """
        ...
