"""The views of one space, opened, caught up, kept and thrown away together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from graphmem.errors import GraphMemError
from graphmem.ports import Float32, GraphStore
from graphmem.views import snapshot
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.history import removed_since
from graphmem.views.judged import JudgedView
from graphmem.views.nodes import NodeView
from graphmem.views.text import TextView
from graphmem.views.vectors import GRAPH_FROM, VectorView
from graphmem_schemas import EdgeKind

__all__ = ["FACT_KINDS", "WALK_KINDS", "SpaceViews", "is_large"]

_log = logging.getLogger("graphmem")

# What the walk follows, and how readily. A short name leads to the long one half as well as a
# mention does, and a merge makes two names one; other kinds were measured and bring the walk
# nothing (docs/quality.md).
WALK_KINDS: dict[EdgeKind, float] = {"MENTIONS": 1.0, "SHORT_FOR": 0.5, "SAME_AS": 1.0}
# What the walk follows where the answer is no passage: who is in a fact, an event or a hyperedge,
# what leads to what, and what all that is about.
FACT_KINDS: dict[EdgeKind, float] = {
    "SUBJECT": 1.0, "OBJECT": 1.0, "ARGUMENT": 1.0, "MEMBER": 1.0, "CAUSES": 1.0, "ABOUT": 1.0,
    "BROADER": 0.5, "SHORT_FOR": 0.5, "SAME_AS": 1.0,
}  # fmt: skip


class SpaceViews:
    """Text, vectors and adjacency of one space, its judgements, and the nodes of a remote one.

    Args:
        space: the space.
        dimension: of the vectors.
        folder: where views are kept; None keeps them in memory only.
        remote: whether a read of the store is a journey, so that answers are shown from a view.
        asked: what embeds questions, and its name; None leaves feedback out, as benches do.
    """

    def __init__(
        self,
        space: str,
        dimension: int,
        folder: Path | None,
        *,
        remote: bool = False,
        asked: tuple[Callable[[Sequence[str]], Float32], str] | None = None,
    ) -> None:
        self._views_folder = folder
        self._folder = snapshot.folder_of(space, folder) if folder else None
        self.text = TextView(space, self._folder)
        self.vectors = VectorView(space, dimension, self._folder)
        self.adjacency = AdjacencyView(space, self._folder, WALK_KINDS)
        self.nodes = NodeView(space, self._folder) if remote else None
        self.judged = JudgedView(space, self._folder, *asked) if asked else None
        held = (self.text, self.vectors, self.adjacency, self.nodes, self.judged)
        self._all = [view for view in held if view is not None]
        self._facts: AdjacencyView | None = None
        self._space = space
        self._seen: tuple[int, str] | None = None

    def refresh(self, store: GraphStore) -> tuple[int, str]:
        """Catch up with the store; costs one look at its number where nothing is new.

        Returns:
            The number and the token of the newest commit when this began.
        """
        # Asked before the views are, so that they may be further, and are never taken to be.
        newest = store.newest(self._space)
        if newest == self._seen:
            return newest
        seen, self._seen = self._seen, None
        if seen is not None and seen[0] == newest[0]:
            store = cast(GraphStore, _PutBack(store))
        for view in self._all:
            view.refresh(store)
        self._seen = newest
        return newest

    def facts(self, store: GraphStore) -> AdjacencyView:
        """Return the links of all that is no passage; they are read when first asked for."""
        if self._facts is None:
            view = AdjacencyView(self._space, self._folder, FACT_KINDS, "facts")
            view.refresh(store)
            self._facts = view
            self._all.append(view)
        return self._facts

    def complete(self, store: GraphStore) -> None:
        """Catch up, with the vector graph of a large space, and keep all: for who can wait."""
        self.refresh(store)
        self.vectors.build_graph()
        self.save(store)

    def save(self, store: GraphStore) -> None:
        """Keep the views on disk for the next start, where there is a place for them.

        What was deleted is not written: the views catch up first where anything was. And where
        another process deletes during the writing, what was written goes again.

        A view that cannot be kept is made anew next time: a loss of time, not of anything else,
        so it is logged and not raised.
        """
        if self._folder is None:
            return
        try:
            if self._lags_behind_removals(store):
                self.refresh(store)
            for view in self._all:
                view.save(store)
            if self._lags_behind_removals(store):
                self.discard()
        except GraphMemError as error:
            _log.warning("views are not kept and will be rebuilt: %s", error)

    def discard(self) -> None:
        """Throw away what is kept on disk."""
        snapshot.discard(self._space, self._views_folder)

    def _lags_behind_removals(self, store: GraphStore) -> bool:
        """Whether a view may still hold what is not in the store any more."""
        seqs = [view.seq for view in self._all if view.seq]
        return bool(seqs) and removed_since(store, self._space, min(seqs))


class _PutBack:
    """A store that was put back to an older copy and has come to the same number since.

    Views look for news where the number is another one, and begin anew where it is smaller.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def seq(self, space: str) -> int:
        """Return a number that is below that of every view."""
        return -1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def is_large(n_vectors: int) -> bool:
    """Whether a space has so many vectors that looking at all of them takes too long."""
    return n_vectors > GRAPH_FROM
