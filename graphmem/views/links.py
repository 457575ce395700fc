"""The links of one space: uids, labels and adjacency under one roof, without store or locks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.adjacency import Adjacency
from graphmem.core.changes import EdgeKey
from graphmem.core.kernels.mentions import MentionCodes, gather_mentions
from graphmem.core.mentions import Mentions
from graphmem.core.uid_index import UidIndex
from graphmem.core.walk import WALK_LABELS, Link
from graphmem.core.weight_codes import Codes
from graphmem_schemas import EDGE_RULES, Edge, EdgeKind

__all__ = ["TITLE_WEIGHT", "SpaceLinks", "labels_of", "specificity"]

Rows = npt.NDArray[np.int64]

# An entity that more passages mention than this is a hub: it says nothing about any of them.
_HUB_PASSAGES, _HUB_SHARE = 30, 0.05
# What a hub still gets: it damps the hub without cutting off who has no other link.
_LEAST = 0.05
# What a document is about is mentioned with weight 2 (writing/compose.py), all else with 1.
TITLE_WEIGHT = 1.5


def specificity(n_passages: int) -> npt.NDArray[np.float32]:
    """Return s_v by the number of passages that mention v; the last is for all numbers above.

    ln(n / df) / ln(n), at least 0.05, which is also what hubs get: those that more than
    max(30, 5 %) of the n passages mention. What no passage mentions has 1.
    """
    hub = max(_HUB_PASSAGES, int(n_passages * _HUB_SHARE))
    if n_passages < 2:
        return np.ones(1, np.float32)
    shares = log(n_passages) - np.log(np.arange(1, hub + 1))
    scales = np.full(hub + 2, _LEAST)
    scales[0] = 1.0
    scales[1:-1] = np.maximum(shares / log(n_passages), _LEAST)
    return scales.astype(np.float32)


class SpaceLinks:
    """Who is linked to whom, in one space.

    Attributes:
        index: uids of the rows.
        adjacency: links between rows.
        n_passages: how many passages have links.
        n_linked: how many nodes have; rows of others are of removed ones.
    """

    def __init__(self, kinds: Sequence[EdgeKind]) -> None:
        """Make links without nodes.

        Args:
            kinds: the kinds of edges that are links.
        """
        self.index = UidIndex()
        self.adjacency = Adjacency(len(kinds), _counted(kinds))
        self._kinds = tuple(kinds)
        self._weights = self.adjacency.codes.table([1.0] * len(kinds))
        self._mentioning = self._mention_codes()
        self._slots = {kind: slot for slot, kind in enumerate(kinds)}
        self._end_labels = np.array([labels_of(kind) for kind in kinds], np.uint8)
        self._labels = np.empty(0, np.uint8)
        self._staged: list[tuple[Rows, Rows, Codes]] = []
        self.n_passages = self.n_linked = 0
        self._scales: tuple[int, npt.NDArray[np.float32]] | None = None

    @property
    def scales(self) -> npt.NDArray[np.float32]:
        """`specificity(n_passages)`, made when it is asked for and n has changed."""
        kept = self._scales
        if kept is None or kept[0] != self.n_passages:
            kept = self._scales = (self.n_passages, specificity(self.n_passages))
        return kept[1]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, without that of the uids' own."""
        return self.adjacency.nbytes + self._labels.nbytes

    def stage(self, edges: Iterable[Edge], removed: Iterable[EdgeKey]) -> None:
        """Take note of removed edges, then of new and changed ones; other kinds are left out.

        Nothing that readers see changes before `settle`.
        """
        keys = [key for key in removed if key[0] in self._slots]
        starts = self.index.rows([key[1] for key in keys])
        ends = self.index.rows([key[2] for key in keys])
        slots = np.array([self._slots[key[0]] for key in keys], np.int64)
        known = np.minimum(starts, ends) >= 0
        gone = self.adjacency.codes.encode(slots[known], np.zeros(int(known.sum())))
        self._staged.append((starts[known], ends[known], gone))

        wanted = [edge for edge in edges if edge.kind in self._slots]
        starts = self.index.add([edge.start for edge in wanted])
        ends = self.index.add([edge.end for edge in wanted])
        slots = np.array([self._slots[edge.kind] for edge in wanted], np.int64)
        weights = np.array([edge.weight for edge in wanted], np.float64)
        self._staged.append((starts, ends, self.adjacency.codes.encode(slots, weights)))

    def settle(self) -> None:
        """Put in what was staged, in its order; many links at once are sorted in."""
        if self._staged:
            columns = list(zip(*self._staged, strict=True))
            self._staged.clear()
            starts, ends, codes = (np.concatenate(column) for column in columns)
            self._ensure_rows()
            labels = self._end_labels[self.adjacency.codes.slots(codes)]
            self._labels[starts] = np.maximum(self._labels[starts], labels[:, 0])
            self._labels[ends] = np.maximum(self._labels[ends], labels[:, 1])
            self._put(starts, ends, codes)

    def remove_nodes(self, uids: Sequence[str]) -> None:
        """Take out every link of these nodes, after what was staged, all at once."""
        self.settle()
        rows = self.index.rows(uids)
        rows = rows[(rows >= 0) & (rows < self.adjacency.n_nodes)]
        found = [self.adjacency.neighbours(row) for row in rows.tolist()]
        if found:
            neighbours, codes = (np.concatenate(column) for column in zip(*found, strict=True))
            starts = np.repeat(rows, [len(row) for row, _ in found])
            self._put(starts, neighbours.astype(np.int64), self.adjacency.codes.gone(codes))

    def labels(self, rows: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.uint8]:
        """Return the label code of each row."""
        labels: npt.NDArray[np.uint8] = self._labels[rows]
        return labels

    def links(self, uids: Sequence[str]) -> list[Link]:
        """Return the links at each uid, in the order of `uids`, then by neighbour and kind."""
        rows = self.index.rows(uids)
        places = np.flatnonzero((rows >= 0) & (rows < self.adjacency.n_nodes)).tolist()
        if not places:
            return []
        found = [self.adjacency.neighbours(int(rows[at])) for at in places]
        # All at once: on a few links a node, the calls are what takes time.
        neighbours, codes = (np.concatenate(column) for column in zip(*found, strict=True))
        codes_of = self.adjacency.codes
        columns = (
            [at for at, (one, _) in zip(places, found, strict=True) for _ in range(len(one))],
            self.index.uids(neighbours),
            [self._kinds[slot] for slot in codes_of.slots(codes).tolist()],
            codes_of.outgoing(codes).tolist(),
            self._weights[codes].tolist(),
        )
        return [
            Link(uids[at], neighbour, kind, weight, outgoing)
            for at, neighbour, kind, outgoing, weight in sorted(zip(*columns, strict=True))
        ]

    def degrees(self, uids: Sequence[str]) -> list[int]:
        """Return how many links each uid has."""
        degrees = self.adjacency.degrees
        rows = self.index.rows(uids).tolist()
        return [int(degrees[row]) if 0 <= row < len(degrees) else 0 for row in rows]

    def mentions(self, passages: Sequence[str]) -> Mentions:
        """Return what passages mention, by other names too; see `ports.WalkGraph`."""
        rows = self.index.rows(passages)
        rows[rows >= self.adjacency.n_nodes] = -1
        starts, numbers, titled, entities, counts = gather_mentions(
            rows, self.adjacency.links, self._mentioning
        )
        return Mentions(
            starts=starts,
            numbers=numbers,
            titled=titled,
            keys=self.index.keys(entities),
            counts=counts,
            n_passages=self.n_passages,
        )

    def tidied(self) -> SpaceLinks:
        """Return the same links without rows that have none: those of removed nodes."""
        linked = np.flatnonzero(self.adjacency.degrees > 0)
        if len(self.index) == len(linked):
            return self
        tidy = SpaceLinks(self._kinds)
        tidy.index.add(self.index.uids(linked))
        tidy._ensure_rows()
        tidy._labels[: len(linked)] = self._labels[linked]
        starts, ends, codes = self.adjacency.outgoing()
        tidy._put(np.searchsorted(linked, starts), np.searchsorted(linked, ends), codes)
        return tidy

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays; `from_arrays` makes the same links of them."""
        self._ensure_rows()
        return {
            **self.index.to_arrays(),
            **self.adjacency.to_arrays(),
            "labels": self._labels[: len(self.index)],
            "n_passages": np.array([self.n_passages], np.int64),
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], kinds: Sequence[EdgeKind]
    ) -> SpaceLinks:
        """Make links of what `to_arrays` returned; the arrays are kept and written to."""
        links = cls(kinds)
        links.index = UidIndex.from_arrays(arrays)
        links.adjacency = Adjacency.from_arrays(arrays, len(kinds), _counted(kinds))
        links._labels = arrays["labels"]
        links.n_passages = int(arrays["n_passages"][0])
        links.n_linked = int(np.count_nonzero(links.adjacency.degrees))
        return links

    def _mention_codes(self) -> MentionCodes:
        codes = np.arange(1 << 16).astype(np.uint16)
        kinds = [*self._kinds, *[""] * (1 << 16)]
        slots = self.adjacency.codes.slots(codes).tolist()
        outgoing = self.adjacency.codes.outgoing(codes)
        by_kind = np.array([kinds[slot] for slot in slots])
        mentions = (by_kind == "MENTIONS") & outgoing
        shorter = (by_kind == "SHORT_FOR") & ~outgoing
        return MentionCodes(
            bits=self.adjacency.codes.level_bits,
            mentions=mentions,
            titles=mentions & (self._weights > TITLE_WEIGHT),
            names=shorter | (by_kind == "SAME_AS"),
            longer=((by_kind == "SHORT_FOR") & outgoing) | (by_kind == "SAME_AS"),
        )

    def _put(self, starts: Rows, ends: Rows, codes: Codes) -> None:
        if not len(codes):
            return
        touched = np.unique(np.concatenate([starts, ends]))
        self._count_linked(touched, -1)
        self.adjacency.put(starts, ends, codes)
        self._count_linked(touched, +1)

    def _count_linked(self, rows: Rows, sign: int) -> None:
        """Add those of the rows that have links to the totals, or take them out."""
        linked = self.adjacency.degrees[rows] > 0
        passages = self._labels[rows] == WALK_LABELS.index("Passage")
        self.n_linked += sign * int(np.count_nonzero(linked))
        self.n_passages += sign * int(np.count_nonzero(linked & passages))

    def _ensure_rows(self) -> None:
        n_rows = len(self.index)
        self.adjacency.ensure_nodes(n_rows)
        if n_rows > len(self._labels):
            room = n_rows + n_rows // 8 + 64
            self._labels = np.concatenate(
                [self._labels, np.zeros(room - len(self._labels), np.uint8)]
            )


def labels_of(kind: EdgeKind) -> tuple[int, int]:
    """Return the label codes of a kind's start and end, 0 where it does not tell."""
    codes = [
        WALK_LABELS.index(labels[0]) if len(labels) == 1 and labels[0] in WALK_LABELS else 0
        for labels in EDGE_RULES[kind]
    ]
    return codes[0], codes[1]


def _counted(kinds: Sequence[EdgeKind]) -> list[int]:
    """Return the slots of the kinds that lead from passages to what they are about."""
    return [
        slot
        for slot, kind in enumerate(kinds)
        if EDGE_RULES[kind][0] == ("Passage",) and EDGE_RULES[kind][1] != ("Passage",)
    ]
