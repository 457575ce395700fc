"""The adjacency view: the links of one space in memory, for walks that cost what they visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from graphmem.core.changes import ChangeBatch
from graphmem.core.mentions import Mentions
from graphmem.core.push import Steps, push
from graphmem.core.walk import Link, Walk
from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore
from graphmem.views.history import token_at
from graphmem.views.kept import Arrays, KeptView, is_mostly_dead
from graphmem.views.links import SpaceLinks
from graphmem.views.sharing import SharedLock
from graphmem_schemas import EdgeKind

__all__ = ["AdjacencyView"]

# Raise it with every change of what the arrays mean.
_KIND = "adjacency/1"


class AdjacencyView(KeptView):
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
        self._kinds: tuple[EdgeKind, ...] = tuple(
            kind for kind, factor in kinds.items() if factor > 0.0
        )
        path = folder / f"{name}.snapshot" if folder else None
        super().__init__(space, path, _KIND, "+".join(self._kinds))
        self._links = SpaceLinks(self._kinds)
        self._weights = self._links.adjacency.codes.table([kinds[kind] for kind in self._kinds])
        self._shared = SharedLock()

    @property
    def n_links(self) -> int:
        """How many edges are walked."""
        return self._links.adjacency.n_links

    @property
    def nbytes(self) -> int:
        """Memory that the links take."""
        return self._links.nbytes

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

    def _changes(self, store: GraphStore) -> Iterator[ChangeBatch]:
        return store.changes(self._space, self.seq, kinds=self._kinds)

    def _catch_up(self, store: GraphStore) -> None:
        """Read all that is new while walks go on, then put it in at once."""
        seq = self.seq
        try:
            for batch in self._changes(store):
                self._take(batch)
                self._unkept.count(batch)
                seq = batch.seq
            with self._shared.writing():
                self._links.settle()
        except BaseException:
            # What was staged belongs to no number.
            self._start_anew()
            raise
        self.seq, self._token = seq, token_at(store, self._space, seq)

    def _take(self, batch: ChangeBatch) -> None:
        if batch.removed_nodes:
            with self._shared.writing():
                self._links.remove_nodes(batch.removed_nodes)
        self._links.stage(batch.edges, batch.removed_edges)

    def _clear(self) -> None:
        with self._shared.writing():
            self._links = SpaceLinks(self._kinds)

    def _is_wasteful(self) -> bool:
        links = self._links
        return is_mostly_dead(len(links.index) - links.n_linked, links.n_linked)

    def _compact(self) -> None:
        with self._shared.writing():
            self._links = self._links.tidied()

    def _packed(self) -> Arrays:
        # Only a refresh writes to the arrays, and that waits.
        with self._shared.writing():
            return self._links.to_arrays()

    def _put_back(self, arrays: Arrays) -> None:
        with self._shared.writing():
            self._links = SpaceLinks.from_arrays(arrays, self._kinds)

    def _n_held(self) -> int:
        return self.n_links
