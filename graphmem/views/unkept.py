"""How much of a view is not on disk yet, and whether that is worth writing all of it again."""

from __future__ import annotations

from pathlib import Path

from graphmem.core.changes import ChangeBatch

__all__ = ["Unkept"]

# A small view is written in no time. A large one is a gigabyte or more, where reading so small a
# share of it from the store again takes a second at the next start.
_LARGE = 100_000
_SHARE = 500


class Unkept:
    """Counts what a view has taken over since it was written or read from disk."""

    def __init__(self) -> None:
        self._n, self._removed = 0, False

    def count(self, batch: ChangeBatch) -> None:
        """Count what came with a batch."""
        self._n += len(batch.nodes) + len(batch.edges) + len(batch.vectors)
        self._n += len(batch.removed_edges)
        self._removed = self._removed or bool(batch.removed_nodes)

    def is_little(self, size: int, path: Path) -> bool:
        """Whether the file may stay as it is; never where it holds what was removed.

        Args:
            size: how much the view holds, in what `count` counts.
            path: of the file.
        """
        little = size >= _LARGE and not self._removed and self._n * _SHARE <= size
        return little and path.exists()
