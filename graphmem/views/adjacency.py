"""The adjacency view: the links of one space in memory, for walks that cost what they visit."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from graphmem.core.mentions import Mentions
from graphmem.core.push import Steps, push
from graphmem.core.walk import Link, Walk
from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore
from graphmem.views import snapshot
from graphmem.views.history import is_history, token_at
from graphmem.views.links import SpaceLinks
from graphmem.views.sharing import SharedLock
from graphmem.views.unkept import Unkept
from graphmem_schemas import EdgeKind

__all__ = ["AdjacencyView"]

# Raise it with every change of what the arrays mean.
_KIND = "adjacency/1"


class AdjacencyView:
    """Walks over the edges of one space; a `View` and a `WalkGraph`.

    A step from a node goes along an edge with probability in proportion to the edge's weight,
    its kind's factor, and how specific the node at the other end is. Walks of many threads run
    at once, also while another reads what is new; they wait only while that is put in.
    """

    def __init__(
        self,
        space: str,
        folder: Path | None,
        kinds: Mapping[EdgeKind, float],
        name: str = "adjacency",
    ) -> None:
        """Make a view that has not caught up with anything yet.

        Args:
            space: whose edges.
            folder: where the snapshot is kept, one folder a space; None keeps it in memory only.
            kinds: factor of each kind of edge that is walked; kinds of 0 are left out.
            name: of the file, where a space has several such views.

        Raises:
            InvalidInput: A factor is negative or not finite, or no kind is left.
        """
        if any(not 0.0 <= factor < float("inf") for factor in kinds.values()):
            raise InvalidInput(f"the factors of {dict(kinds)} must be 0 or more, and finite")
        self.seq = 0
        self._space = space
        self._path = folder / f"{name}.snapshot" if folder else None
        self._kinds: tuple[EdgeKind, ...] = tuple(
            kind for kind, factor in kinds.items() if factor > 0.0
        )
        self._links = SpaceLinks(self._kinds)
        self._weights = self._links.adjacency.codes.table([kinds[kind] for kind in self._kinds])
        self._refreshing = threading.RLock()
        self._shared = SharedLock()
        self._opened = False
        self._saved_seq = 0
        self._token = ""
        self._unkept = Unkept()

    @property
    def n_links(self) -> int:
        """How many edges are walked."""
        return self._links.adjacency.n_links

    @property
    def nbytes(self) -> int:
        """Memory that the links take."""
        return self._links.nbytes

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store; from its snapshot or from nothing where that is needed.

        Raises:
            StoreError: The store could not be read; the view is as it was, or starts anew.
        """
        if self._opened and store.seq(self._space) == self.seq:
            return
        with self._refreshing:
            if not self._opened:
                self._open(store)
            if not is_history(store, self._space, self.seq, self._token):
                self._start_anew()
            try:
                self._catch_up(store)
            except BaseException:
                self._start_anew()
                raise

    def save(self, store: GraphStore) -> None:
        """Keep the view on disk, where it has a place and enough is new.

        No uid without links stays in it.

        Raises:
            StoreError: The file cannot be written; the one before is as it was.
        """
        with self._refreshing:
            if self._path is None or self._saved_seq == self.seq:
                return
            if self._saved_seq > 0 and self._unkept.is_little(self.n_links, self._path):
                return
            with self._shared.writing():
                self._links = self._links.tidied()
                arrays = self._links.to_arrays()
            # Only a refresh writes to the arrays, and that waits.
            snapshot.save(
                self._path,
                kind=_KIND,
                identity=self._identity(store),
                seq=self.seq,
                token=self._token,
                arrays=arrays,
            )
            self._saved_seq, self._unkept = self.seq, Unkept()

    def push(self, seeds: Mapping[str, float], *, damping: float, epsilon: float) -> Walk:
        """Return where a walk from the seeds ends; see `ports.WalkGraph` and `core.push`."""
        uids = sorted(seeds)
        mass = np.array([seeds[uid] for uid in uids], np.float64)
        with self._shared.reading():
            links = self._links
            rows = links.index.rows(uids)
            rows[rows >= links.adjacency.n_nodes] = -1  # not put in yet
            steps = Steps(self._weights, links.scales, damping, epsilon)
            pushed = push(links.adjacency, rows, mass, steps)
            labels = links.labels(pushed.rows)
        stuck = zip(uids, pushed.stuck.tolist(), strict=True)
        return Walk(
            index=links.index,
            rows=pushed.rows,
            mass=pushed.mass,
            labels=labels,
            unlinked=tuple((uid, share) for uid, share in stuck if share > 0.0),
            n_pushed=pushed.n_pushed,
            residue=pushed.residue,
        )

    def links(self, uids: Sequence[str]) -> list[Link]:
        """Return the edges at each uid, in the order of `uids`, then by neighbour and kind."""
        with self._shared.reading():
            return self._links.links(uids)

    def degrees(self, uids: Sequence[str]) -> list[int]:
        """Return how many edges touch each uid, 0 for an unknown one."""
        with self._shared.reading():
            return self._links.degrees(uids)

    def mentions(self, passages: Sequence[str]) -> Mentions:
        """Return what some passages mention; see `ports.WalkGraph`."""
        with self._shared.reading():
            return self._links.mentions(passages)

    def _catch_up(self, store: GraphStore) -> None:
        """Read all that is new while walks go on, then put it in at once."""
        seq = self.seq
        for batch in store.changes(self._space, self.seq, kinds=self._kinds):
            if batch.removed_nodes:
                with self._shared.writing():
                    self._links.remove_nodes(batch.removed_nodes)
            self._links.stage(batch.edges, batch.removed_edges)
            self._unkept.count(batch)
            seq = batch.seq
        with self._shared.writing():
            self._links.settle()
        self.seq, self._token = seq, token_at(store, self._space, seq)

    def _open(self, store: GraphStore) -> None:
        self._opened = True
        if self._path is None:
            return
        kept = snapshot.load(self._path, kind=_KIND, identity=self._identity(store))
        if kept is not None:
            with self._shared.writing():
                self._links = SpaceLinks.from_arrays(kept.arrays, self._kinds)
            self.seq = self._saved_seq = kept.seq
            self._token = kept.token

    def _start_anew(self) -> None:
        with self._shared.writing():
            self._links = SpaceLinks(self._kinds)
        self.seq = self._saved_seq = 0
        self._token = ""

    def _identity(self, store: GraphStore) -> str:
        return f"{store.identity}/{'+'.join(self._kinds)}/{self._space}"
