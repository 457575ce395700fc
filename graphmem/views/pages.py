"""Lists of neighbours as they come from a server, the most recently used ones kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from graphmem.core.paged_push import Round
from graphmem.core.pages import LinkPage
from graphmem.core.uid_index import UidIndex
from graphmem.core.weight_codes import Codes, WeightCodes
from graphmem.views.links import labels_of
from graphmem_schemas import EdgeKind

__all__ = ["Fetch", "PageCache"]

Fetch = Callable[[Sequence[str]], Sequence[LinkPage]]
Rows = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]

_UNKNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class _List:
    neighbours: Rows
    codes: Codes


class PageCache:
    """Neighbour lists by row, fetched at need; those that were not used for longest go first.

    Not safe to use from several threads at once.

    Args:
        factors: the kinds of edges that are walked.
        fetch: asks the server for the lists of some uids, all at once.
        max_links: how many links are kept, 18 bytes each.
        max_rows: at how many names all is forgotten, about 150 bytes each.
    """

    def __init__(
        self, factors: Mapping[EdgeKind, float], fetch: Fetch, max_links: int, max_rows: int
    ) -> None:
        self._fetch = fetch
        self._max_links, self._max_rows = max_links, max_rows
        self._slots = {kind: slot for slot, kind in enumerate(factors)}
        self._end_labels = np.array([labels_of(kind) for kind in factors], np.uint8)
        self.codes = WeightCodes(len(factors))
        self.n_fetched = 0
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        self.index = UidIndex()
        self._lists: OrderedDict[int, _List] = OrderedDict()
        self._n_links = 0
        self._degrees = np.empty(0, np.int32)
        self._counts = np.empty(0, np.int32)
        self._labels = np.empty(0, np.uint8)

    @property
    def n_rows(self) -> int:
        """How many rows there are by now."""
        return len(self.index)

    @property
    def degrees(self) -> Ints:
        """How many links each row has; -1 where that is not known."""
        return self._degrees

    @property
    def counts(self) -> Ints:
        """How many links of the counted kinds end at each row."""
        return self._counts

    def labels(self, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
        """Return the label code of each row."""
        labels: npt.NDArray[np.uint8] = self._labels[rows]
        return labels

    def open(self, uids: Sequence[str]) -> Rows:
        """Return the row of each uid, after its list was fetched where it was not there."""
        if self.n_rows > self._max_rows:
            self.clear()
        rows = self._rows(uids)
        self._ensure(rows)
        return rows

    def lists(self, rows: Rows) -> Round:
        """Return the lists of the rows, in their order."""
        self._ensure(rows)
        lists = self._lists
        found = [lists[row] for row in rows.tolist()]
        # Only now, so that no list of this very round has gone.
        while self._n_links > self._max_links and len(lists) > 1:
            _, oldest = lists.popitem(last=False)
            self._n_links -= len(oldest.neighbours)
        return Round(
            np.array([len(one.neighbours) for one in found], np.int64),
            np.concatenate([one.neighbours for one in found]),
            np.concatenate([one.codes for one in found]),
        )

    def forget(self, uids: Iterable[str]) -> None:
        """Forget the lists of nodes whose links changed, and of all that list them.

        A list holds the degrees of those in it, and these changed too.
        """
        changed = self.index.rows(list(dict.fromkeys(uids)))
        changed = changed[changed >= 0]
        is_changed = np.zeros(self.n_rows, np.bool_)
        is_changed[changed] = True
        stale = [
            row
            for row, one in self._lists.items()
            if is_changed[row] or is_changed[one.neighbours].any()
        ]
        for row in stale:
            self._n_links -= len(self._lists.pop(row).neighbours)
        self._degrees[changed] = _UNKNOWN

    def _rows(self, uids: Sequence[str]) -> Rows:
        rows = self.index.add(uids)
        missing = len(self.index) - len(self._degrees)
        if missing > 0:
            room = missing + len(self.index) // 2
            self._degrees = np.concatenate([self._degrees, np.full(room, _UNKNOWN, np.int32)])
            self._counts = np.concatenate([self._counts, np.zeros(room, np.int32)])
            self._labels = np.concatenate([self._labels, np.zeros(room, np.uint8)])
        return rows

    def _ensure(self, rows: Rows) -> None:
        lists = self._lists
        missing = []
        for row in rows.tolist():
            if row in lists:
                lists.move_to_end(row)
            else:
                missing.append(row)
        if missing:
            pages = self._fetch(self.index.uids(missing))
            self.n_fetched += len(missing)
            self._keep(missing, pages)

    def _keep(self, missing: Sequence[int], pages: Sequence[LinkPage]) -> None:
        rows = self._rows(list(chain.from_iterable(page.neighbours for page in pages)))
        kinds = list(chain.from_iterable(page.kinds for page in pages))
        slots = np.array([self._slots[kind] for kind in kinds], np.int64)
        outgoing = np.fromiter(chain.from_iterable(page.outgoing for page in pages), np.bool_)
        weights = np.fromiter(chain.from_iterable(page.weights for page in pages), np.float64)
        codes = self.codes.encode(slots, weights)
        self._degrees[rows] = list(chain.from_iterable(page.degrees for page in pages))
        self._counts[rows] = list(chain.from_iterable(page.counts for page in pages))
        ends = self._end_labels[slots]
        self._labels[rows] = np.where(outgoing, ends[:, 1], ends[:, 0])
        start = 0
        for row, page in zip(missing, pages, strict=True):
            end = start + len(page.neighbours)
            self._lists[row] = _List(rows[start:end].copy(), codes[start:end].copy())
            self._n_links += end - start
            self._degrees[row], self._counts[row] = end - start, page.count
            if end > start:
                self._labels[row] = ends[start, 0 if outgoing[start] else 1]
            start = end
