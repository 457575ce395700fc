"""The links of a graph in memory: sorted lists of all nodes plus chains of what is newer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.links import (
    Links,
    compact_links,
    gather_links,
    put_links,
    sort_links,
)
from graphmem.core.weight_codes import Codes, WeightCodes

__all__ = ["Adjacency"]

_Rows = npt.NDArray[np.integer[Any]]

_INT32_ENTRIES = 2**31 - 1
# A chain is slower to walk than a sorted part, and merging costs as much as all links: so merge
# when the chains hold a tenth of them.
_SLACK = 1 << 16
_SHARE = 10


class Adjacency:
    """Undirected, weighted links between rows 0, 1, 2, …; at most one per kind and direction.

    12 bytes a link, and 16 a node. One thread may change it while no other reads.

    Attributes:
        codes: what a link's 16 bits mean.
        n_nodes: rows in use.
        links: the arrays that kernels read; they hold until the next change.
        widest: no node has more links than that.
    """

    links: Links
    _n_new: int

    def __init__(self, n_slots: int, counted: Sequence[int] = ()) -> None:
        """Make an adjacency without nodes.

        Args:
            n_slots: how many kinds of links there are.
            counted: the kinds whose links `counts` counts at their end.
        """
        self.codes = WeightCodes(n_slots)
        self.n_nodes = 0
        self.widest = 0
        self._counted = np.isin(np.arange(n_slots), np.asarray(counted, np.int64))
        none = np.empty(0, np.int32)
        self._set_sorted(np.zeros(1, np.int32), none, none.astype(np.uint16), none, none)

    @property
    def n_links(self) -> int:
        """How many links there are. O(n)."""
        return int(self.degrees.sum(dtype=np.int64)) // 2

    @property
    def degrees(self) -> npt.NDArray[np.int32]:
        """(n_nodes,) how many links each node has."""
        degrees: npt.NDArray[np.int32] = self.links.degrees[: self.n_nodes]
        return degrees

    @property
    def counts(self) -> npt.NDArray[np.int32]:
        """(n_nodes,) how many links of the counted kinds end at each node."""
        counts: npt.NDArray[np.int32] = self.links.counts[: self.n_nodes]
        return counts

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        return sum(array.nbytes for array in self.links)

    def ensure_nodes(self, n_nodes: int) -> None:
        """Have rows 0 to `n_nodes` - 1, the new ones without links."""
        if n_nodes > len(self.links.degrees):
            room = n_nodes + n_nodes // 8 + 64
            self.links = self.links._replace(
                heads=_grown(self.links.heads, room, -1),
                degrees=_grown(self.links.degrees, room, 0),
                counts=_grown(self.links.counts, room, 0),
            )
        self.n_nodes = max(self.n_nodes, n_nodes)

    def put(self, starts: _Rows, ends: _Rows, codes: Codes) -> None:
        """Add links, change their weights or (level 0) remove them; self-links are left out.

        O(links given) on average; now and then a merge of O(all links). Many at once are
        sorted in directly.

        Args:
            starts: rows below `n_nodes`.
            ends: rows below `n_nodes`.
            codes: from `codes.encode`, or of `neighbours` from the view of `starts`.
        """
        apart = starts != ends
        starts, ends, codes = starts[apart], ends[apart], codes[apart]
        if len(codes) > _SLACK and not len(self.links.neighbours) and not self._n_new:
            self._build(starts, ends, codes)
            return
        self._reserve(self._n_new + 2 * len(codes))
        self._n_new = put_links(
            self.links, self._n_new, (starts, ends), codes, self.codes.level_bits, self._counted
        )
        touched = np.concatenate([starts, ends])
        self.widest = max(self.widest, int(self.links.degrees[touched].max(initial=0)))
        if self._n_new > _SLACK + len(self.links.neighbours) // _SHARE:
            self.compact()

    def neighbours(self, row: int) -> tuple[npt.NDArray[np.int32], Codes]:
        """Return the neighbours of a row and the codes of its links, by neighbour and code."""
        mask = (1 << self.codes.level_bits) - 1
        neighbours, codes = gather_links(self.links, row, mask)
        order = np.lexsort((codes, neighbours))
        return neighbours[order], codes[order]

    def outgoing(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Codes]:
        """Return starts, ends and codes of all links, each once; compacts first. O(links)."""
        self.compact()
        starts = np.repeat(np.arange(self.n_nodes, dtype=np.int32), self.degrees)
        out = self.codes.outgoing(self.links.codes)
        return starts[out], self.links.neighbours[out], self.links.codes[out]

    def compact(self) -> None:
        """Merge the chains into the sorted parts, and forget what was removed. O(links)."""
        degrees, counts = self.degrees.copy(), self.counts.copy()
        offsets = _offsets(degrees)
        neighbours, codes = compact_links(self.links, offsets, self.codes.level_bits)
        self._set_sorted(offsets, neighbours, codes, degrees, counts)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays, compacted; `from_arrays` makes the same of them."""
        if self._n_new or len(self.links.offsets) != self.n_nodes + 1:
            self.compact()
        return {
            "offsets": self.links.offsets,
            "neighbours": self.links.neighbours,
            "codes": self.links.codes,
            "degrees": self.degrees,
            "counts": self.counts,
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], n_slots: int, counted: Sequence[int] = ()
    ) -> Adjacency:
        """Make an adjacency of what `to_arrays` returned; the arrays are kept and written to."""
        adjacency = cls(n_slots, counted)
        names = ("offsets", "neighbours", "codes", "degrees", "counts")
        offsets, neighbours, codes, degrees, counts = (arrays[name] for name in names)
        adjacency.n_nodes = len(degrees)
        adjacency._set_sorted(offsets, neighbours, codes, degrees, counts)
        return adjacency

    def _build(self, starts: _Rows, ends: _Rows, codes: Codes) -> None:
        offsets = _offsets(
            np.bincount(starts, minlength=self.n_nodes) + np.bincount(ends, minlength=self.n_nodes)
        )
        self._set_sorted(
            offsets,
            *sort_links(offsets, (starts, ends), codes, self.codes.level_bits, self._counted),
        )

    def _set_sorted(
        self,
        offsets: npt.NDArray[Any],
        neighbours: npt.NDArray[np.int32],
        codes: Codes,
        degrees: npt.NDArray[np.int32],
        counts: npt.NDArray[np.int32],
    ) -> None:
        self._n_new = 0
        self.widest = int(degrees.max(initial=0))
        self.links = Links(
            offsets=offsets,
            neighbours=neighbours,
            codes=codes,
            heads=np.full(len(degrees), -1, np.int32),
            nexts=np.empty(0, np.int32),
            new_neighbours=np.empty(0, np.int32),
            new_codes=np.empty(0, np.uint16),
            degrees=degrees,
            counts=counts,
        )

    def _reserve(self, n_new: int) -> None:
        if n_new <= len(self.links.nexts):
            return
        room = n_new + n_new // 2
        self.links = self.links._replace(
            nexts=_grown(self.links.nexts, room, -1),
            new_neighbours=_grown(self.links.new_neighbours, room, 0),
            new_codes=_grown(self.links.new_codes, room, 0),
        )


def _grown(array: npt.NDArray[Any], size: int, fill: int) -> npt.NDArray[Any]:
    longer = np.full(size, fill, array.dtype)
    longer[: len(array)] = array
    return longer


def _offsets(degrees: npt.NDArray[np.integer[Any]]) -> npt.NDArray[Any]:
    ends = np.cumsum(degrees, dtype=np.int64)
    n_entries = int(ends[-1]) if len(ends) else 0
    offsets = np.zeros(len(degrees) + 1, np.int32 if n_entries <= _INT32_ENTRIES else np.int64)
    offsets[1:] = ends
    return offsets
