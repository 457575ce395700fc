"""What a view that takes in a whole space at once may ask of a store, beside the feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from graphmem.core.changes import EdgeRow
from graphmem_schemas import EdgeKind

__all__ = ["EdgeRowReader"]


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
