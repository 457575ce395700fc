"""The views of one space, opened, caught up, kept and thrown away together."""

from __future__ import annotations

import logging
from hashlib import blake2b
from pathlib import Path

from graphmem.errors import StoreError
from graphmem.ports import GraphStore
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.text import TextView
from graphmem.views.vectors import VectorView
from graphmem_schemas import EdgeKind

__all__ = ["WALK_KINDS", "SpaceViews"]

_log = logging.getLogger("graphmem")

# What the walk follows, and how readily. A short name leads to the long one half as well as a
# mention does; other kinds were measured and bring the walk nothing (docs/quality.md).
WALK_KINDS: dict[EdgeKind, float] = {"MENTIONS": 1.0, "SHORT_FOR": 0.5}


class SpaceViews:
    """Text, vectors and adjacency of one space.

    Args:
        space: the space.
        dimension: of the vectors.
        folder: where views are kept; None keeps them in memory only.
    """

    def __init__(self, space: str, dimension: int, folder: Path | None) -> None:
        self._folder = folder / _folder_name(space) if folder else None
        self.text = TextView(space, self._folder)
        self.vectors = VectorView(space, dimension, self._folder)
        self.adjacency = AdjacencyView(space, self._folder, WALK_KINDS)

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store."""
        for view in (self.text, self.vectors, self.adjacency):
            view.refresh(store)

    def save(self, store: GraphStore) -> None:
        """Keep the views on disk for the next start, where there is a place for them.

        A view that cannot be kept is made anew next time: a loss of time, not of anything else,
        so it is logged and not raised.
        """
        if self._folder is None:
            return
        try:
            for view in (self.text, self.vectors, self.adjacency):
                view.save(store)
        except StoreError as error:
            _log.warning("views are not kept and will be rebuilt: %s", error)

    def discard(self) -> None:
        """Throw away what is kept on disk."""
        if self._folder is not None and self._folder.is_dir():
            for file in sorted(self._folder.iterdir()):
                if file.is_file():
                    file.unlink(missing_ok=True)


def _folder_name(space: str) -> str:
    """Any space name gives a folder name of its own that every file system takes."""
    return blake2b(space.encode(), digest_size=16).hexdigest()
