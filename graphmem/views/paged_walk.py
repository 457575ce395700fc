"""Walks over a graph that stays on its server; only the lists that a walk needs are fetched."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np

from graphmem.core.mentions import Mentions, gathered
from graphmem.core.paged_push import paged_push
from graphmem.core.pages import LinkPage
from graphmem.core.push import Steps
from graphmem.core.walk import Link, Walk
from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore, LinkServer
from graphmem.views.history import is_history, token_at
from graphmem.views.links import TITLE_WEIGHT, specificity
from graphmem.views.pages import PageCache
from graphmem_schemas import EdgeKind

__all__ = ["PagedWalk"]

# 2 million links take 36 MB, half a million names 75.
_MAX_LINKS, _MAX_ROWS = 2_000_000, 500_000
# After so many commits it is cheaper to ask for lists again than to learn which have changed.
_MAX_COMMITS = 1_000
# Counting linked passages reads all of them, and only the logarithm matters: so many are counted
# with every commit, more of them when their number has moved by a hundredth.
_FEW, _DRIFT = 10_000, 0.01


class PagedWalk:
    """A `WalkGraph` and a `View` that holds the links which the last walks came across.

    It ranks as `AdjacencyView` does. Walks take turns, since each may have to fetch.
    """

    def __init__(
        self,
        store: LinkServer,
        space: str,
        kinds: Mapping[EdgeKind, float],
        *,
        max_links: int = _MAX_LINKS,
        max_rows: int = _MAX_ROWS,
    ) -> None:
        """Make a view that knows nothing yet.

        Args:
            store: where links are fetched.
            space: whose links.
            kinds: factor above 0 of each kind of edge that is walked.
            max_links: how many links are kept at most.
            max_rows: how many names are kept at most.
        """
        self.seq, self._token = 0, ""
        self._store, self._space = store, space
        self._kinds = tuple(kinds)
        self._pages = PageCache(kinds, self._fetch, max_links, max_rows)
        self._weights = self._pages.codes.table([kinds[kind] for kind in self._kinds])
        self._turn = threading.RLock()
        self._scales = specificity(0)
        self._n_passages = 0

    @property
    def n_fetched(self) -> int:
        """How many lists were fetched so far."""
        return self._pages.n_fetched

    def refresh(self, store: GraphStore) -> None:
        """Forget what has changed since the last time; nothing is fetched."""
        newest = store.seq(self._space)
        with self._turn:
            if newest == self.seq:
                return
            # Where the store was put back to an older copy, nothing tells what differs.
            known = self.seq and is_history(store, self._space, self.seq, self._token)
            if known and newest - self.seq <= _MAX_COMMITS:
                for batch in store.changes(self._space, self.seq, kinds=self._kinds):
                    gone = [uid for key in batch.removed_edges for uid in key[1:]]
                    ends = [uid for edge in batch.edges for uid in (edge.start, edge.end)]
                    self._pages.forget([*gone, *ends])
                    if batch.removed_nodes:  # nobody tells whom they were linked to
                        self._pages.clear()
                    newest = batch.seq
            else:
                self._pages.clear()
            self._count_passages()
            self.seq, self._token = newest, token_at(store, self._space, newest)

    def push(self, seeds: Mapping[str, float], *, damping: float, epsilon: float) -> Walk:
        """Return where a walk from the seeds ends; see `ports.WalkGraph`."""
        uids = sorted(seeds)
        mass = np.array([seeds[uid] for uid in uids], np.float64)
        if not len(mass) or not np.isfinite(mass).all() or mass.min() <= 0:
            raise InvalidInput("a walk needs seeds, each with a finite mass above 0")
        with self._turn:
            rows = self._pages.open(uids)
            steps = Steps(self._weights, self._scales, damping, epsilon)
            pushed = paged_push(self._pages, rows, mass, steps)
            labels = self._pages.labels(pushed.rows)
            index = self._pages.index
        stuck = zip(uids, pushed.stuck.tolist(), strict=True)
        return Walk(
            index=index,
            rows=pushed.rows,
            mass=pushed.mass,
            labels=labels,
            unlinked=tuple((uid, share) for uid, share in stuck if share > 0.0),
            n_pushed=pushed.n_pushed,
            residue=pushed.residue,
        )

    def links(self, uids: Sequence[str]) -> list[Link]:
        """Return the edges at each uid, in the order of `uids`, then by neighbour and kind."""
        return [
            Link(uid, neighbour, kind, weight, outgoing)
            for uid, page in zip(uids, self._fetch(uids), strict=True)
            for neighbour, kind, weight, outgoing in sorted(
                zip(page.neighbours, page.kinds, page.weights, page.outgoing, strict=True)
            )
        ]

    def mentions(self, passages: Sequence[str]) -> Mentions:
        """Return what some passages mention; see `ports.WalkGraph`. Two journeys."""
        return gathered(passages, self.links, TITLE_WEIGHT, self._n_passages)

    def degrees(self, uids: Sequence[str]) -> list[int]:
        """Return how many edges touch each uid, 0 for an unknown one."""
        with self._turn:
            rows = self._pages.open(uids)
            return [int(degree) for degree in self._pages.degrees[rows]]

    def _fetch(self, uids: Sequence[str]) -> list[LinkPage]:
        return self._store.link_pages(self._space, uids, self._kinds)

    def _count_passages(self) -> None:
        """Learn how many passages are linked, where that may have changed by much."""
        n_passages = self._store.count(self._space).nodes.get("Passage", 0)
        moved = abs(n_passages - self._n_passages) > _DRIFT * self._n_passages
        if moved or n_passages <= _FEW:
            self._n_passages = n_passages
            self._scales = specificity(self._store.linked_passages(self._space, self._kinds))
