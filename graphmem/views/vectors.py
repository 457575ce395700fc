"""The vectors of one space: exact search while there are few, a graph when there are many.

A search looks at 8-bit codes first, and scores the best of them again with the full vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.changes import ChangeBatch
from graphmem.core.kernels.dense import at_least
from graphmem.core.uid_index import Keys, UidIndex
from graphmem.errors import DimensionMismatch, InvalidInput
from graphmem.ports import Float32, GraphStore, PlacedVectors
from graphmem.views.columns import Column
from graphmem.views.kept import Arrays, KeptView, is_mostly_dead
from graphmem.views.vector_graph import VectorGraph
from graphmem.views.vector_rows import Slots, VectorRows

__all__ = ["GRAPH_FROM", "VectorView"]

_KIND = "vectors/1"
_NONE = -1
# Measured with 384 numbers a vector: looking at all takes 0.2 ms of 15,000 and 1.4 ms of
# 105,000 vectors, where the graph takes 1.2 ms, and half a minute to build.
GRAPH_FROM = 200_000
# What the graph need not have. What is not in it is still looked at one by one.
_GRAPH_REST = 20_000
# How many of the best by code are scored again: twice as many find all of the true best 100 of
# 105,000, the same number finds 99.5 of them.
_RESCORED, _RESCORED_MORE = 2, 64


class VectorView(KeptView):
    """Nearest vectors of one space; a `View` and a `VectorIndex`.

    Searches may run in many threads, also while one refreshes.

    Args:
        space: whose vectors.
        dimension: d, of every vector.
        folder: where the snapshot is kept, one folder a space; None keeps it in memory only.
    """

    def __init__(self, space: str, dimension: int, folder: Path | None) -> None:
        path = folder / "vectors.snap" if folder else None
        super().__init__(space, path, _KIND, str(dimension))
        self._dimension = dimension
        self._content = _Content(dimension)

    def __len__(self) -> int:
        return self._content.n_alive

    def build_graph(self) -> None:
        """Bring all vectors into the graph, where there are enough for one.

        About 0.2 ms a vector, so only a rebuild and an import do it. Between those, what came
        since is looked at one by one (1.4 ms a search for each 105,000); and where a vector was
        removed or replaced, `save` gives up the whole graph, which could not forget it (as is
        done where most were removed), and every search looks at all vectors until the next
        rebuild.
        """
        with self._lock:
            if self._content.graph_lags:
                content = self._content.without_dead()
                content.extend_graph()
                self._content, self._saved_seq = content, -1

    def nearest(self, query: Float32, k: int) -> tuple[Keys, Float32]:
        """Return the k best by key and their cosines, best first, ties by uid; or fewer.

        Exact up to 200,000 vectors, O(n d); above that about 99.5 of the best 100.

        Args:
            query: (d,) float32 of unit length.
            k: 1 or more.

        Raises:
            DimensionMismatch: `query` has another length.
            InvalidInput: `k` is below 1, or `query` is not finite.
        """
        return self.nearest_each(query[None], [k])[0]

    def nearest_each(self, queries: Float32, ks: Sequence[int]) -> list[tuple[Keys, Float32]]:
        """Return for each of the queries what `nearest` returns, looking at the vectors once.

        Args:
            queries: (q, d) float32 of unit length.
            ks: of each, 1 or more.

        Raises:
            DimensionMismatch: The queries have another length.
            InvalidInput: A k is below 1, or a query is not finite.
        """
        for k in ks:
            if k < 1:
                raise InvalidInput(f"k is {k}: give 1 or more")
        for query in queries:
            self._check(query)
        return self._content.nearest_each(queries, ks)

    def placed(self, keys: Keys) -> PlacedVectors:
        """Return where the vector of each key is kept."""
        return self._content.placed(keys)

    def _check(self, query: Float32) -> None:
        if query.shape != (self._dimension,):
            raise DimensionMismatch(
                f"the query has shape {query.shape}, the space's vectors {self._dimension} "
                "numbers: embed it with the embedder of the store"
            )
        if not np.isfinite(query).all():
            raise InvalidInput("the query's vector holds NaN or infinity: embed it again")

    def _changes(self, store: GraphStore) -> Iterator[ChangeBatch]:
        return store.changes(self._space, self.seq, vectors=True)

    def _take(self, batch: ChangeBatch) -> None:
        self._content.apply(batch)

    def _clear(self) -> None:
        self._content = _Content(self._dimension)

    def _is_wasteful(self) -> bool:
        return is_mostly_dead(self._content.n_dead, len(self))

    def _compact(self) -> None:
        self._content = self._content.without_dead()

    def _packed(self) -> Arrays:
        return self._content.to_arrays()

    def _put_back(self, arrays: Arrays) -> None:
        self._content = _Content(self._dimension, arrays)

    def _n_held(self) -> int:
        return len(self)


class _Content:
    """Vectors by slot, and which of them are whose.

    A uid has a number for ever and a vector that may change: a new one gets a new slot, and
    the old slot is dead. One thread may apply batches while others search.
    """

    def __init__(
        self, dimension: int, arrays: Mapping[str, npt.NDArray[Any]] | None = None
    ) -> None:
        given = arrays or {}
        self._uids = UidIndex.from_arrays(given) if given else UidIndex()
        self._rows = VectorRows(dimension, arrays)
        # Copied, because what is mapped cannot be written.
        self._slots = Column(np.array(given.get("slots", ()), np.int64))
        self._dead = Column(given.get("dead", np.empty(0, np.int64)))
        self._graph = _read_graph(dimension, given.get("graph"))

    @property
    def n_alive(self) -> int:
        """How many uids have a vector."""
        return len(self._rows) - len(self._dead)

    @property
    def n_dead(self) -> int:
        """How many vectors were removed or replaced."""
        return len(self._dead)

    @property
    def graph_lags(self) -> bool:
        """Whether there are enough vectors for a graph, and too many outside of it."""
        n_rows = len(self._rows)
        return n_rows > GRAPH_FROM and n_rows - len(self._graph) > _GRAPH_REST

    def apply(self, batch: ChangeBatch) -> None:
        """Take over removed nodes, then new vectors. O(m d)."""
        if batch.removed_nodes:
            owners = self._uids.rows(batch.removed_nodes)
            self._point(owners[owners >= 0], _NONE)
        if batch.vectors:
            values = _stack(batch, self._rows.dimension)
            # First, so that a reader never finds a uid that has no place here yet.
            self._slots.extend_to(len(self._uids) + len(batch.vectors), _NONE)
            owners = self._uids.add([vector.uid for vector in batch.vectors])
            first = len(self._rows)
            self._rows.append(values, owners)
            self._point(owners, np.arange(first, len(self._rows)))

    def nearest_each(self, queries: Float32, ks: Sequence[int]) -> list[tuple[Keys, Float32]]:
        """Return for each query the k best by key and their cosines."""
        found = self._candidates(queries, [_RESCORED * k + _RESCORED_MORE for k in ks])
        parts = zip(queries, ks, found, strict=True)
        return [self._best(query, k, slots) for query, k, slots in parts]

    def _best(self, query: Float32, k: int, slots: Slots) -> tuple[Keys, Float32]:
        """Score slots again, some of which may be dead, and return the k best."""
        owners = self._rows.owners(slots)
        alive = self._slots.values[owners] == slots
        slots, owners = slots[alive], owners[alive]
        cosines = self._rows.cosines(query, slots)
        if len(cosines) > k:  # all that tie with the last stay in until uids decide
            chosen = cosines >= np.partition(cosines, -k)[-k]
            owners, cosines = owners[chosen], cosines[chosen]
        order = np.argsort(-cosines, kind="stable")
        owners, cosines = owners[order], cosines[order]
        if (cosines[1:] == cosines[:-1]).any():
            uids = self._uids.uids(owners)
            ranked = sorted(range(len(uids)), key=lambda at: (-cosines[at], uids[at]))
            owners, cosines = owners[ranked], cosines[ranked]
        return self._uids.keys(owners[:k]), cosines[:k]

    def placed(self, keys: Keys) -> PlacedVectors:
        """Return where the vector of each key is kept."""
        owners, slot_of = self._uids.find(keys), self._slots.values
        slots = np.full(len(keys), _NONE)
        if len(slot_of):
            slots = np.where(owners >= 0, slot_of[owners], _NONE)
        # Behind the slots, so that what holds them may have grown, and is never too short.
        return PlacedVectors(*self._rows.parts(), slots)

    def extend_graph(self) -> None:
        """Bring every slot into the graph."""
        self._graph = self._graph.extended(self._rows.codes(len(self._graph), len(self._rows)))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays, of which a `_Content` makes the same again."""
        arrays = {"slots": self._slots.values, "dead": self._dead.values}
        if len(self._graph):
            arrays["graph"] = self._graph.to_image()
        return {**arrays, **self._uids.to_arrays(), **self._rows.to_arrays()}

    def _point(self, owners: Slots, slots: Slots | int) -> None:
        """Give the uids with these numbers, each once, other slots; the old ones are dead."""
        old = self._slots.values[owners]
        self._slots.values[owners] = slots
        self._dead.append(np.unique(old[old >= 0]))

    def _candidates(self, queries: Float32, counts: Sequence[int]) -> list[Slots]:
        """Return for each query the slots that are best by code, or more; some may be dead."""
        graph, stop = self._graph, len(self._rows)
        start = len(graph)
        scores = self._rows.approximate(queries, start, stop)
        # Looked at once: more may be dead a moment later.
        dead = self._dead.values
        scores[:, dead[(dead >= start) & (dead < stop)] - start] = -np.inf
        found = []
        for row, count in zip(scores, counts, strict=True):
            bar = np.partition(row, -count)[-count] if len(row) > count else -np.inf
            found.append(start + at_least(row, bar))
        if not start:
            return found
        pairs = zip(graph.nearest(queries, counts), found, strict=True)
        return [np.concatenate(pair) for pair in pairs]

    def without_dead(self) -> _Content:
        """Return the same content without dead slots and, where there were some, the graph."""
        if not len(self._dead):
            return self
        slots = np.sort(self._slots.values[self._slots.values >= 0])
        arrays = self._rows.to_arrays()
        fresh = _Content(self._rows.dimension)
        owners = fresh._uids.add(self._uids.uids(self._rows.owners(slots)))
        fresh._rows.append(arrays["values"][slots], owners)
        fresh._slots = Column(np.arange(len(owners), dtype=np.int64))
        return fresh


def _stack(batch: ChangeBatch, dimension: int) -> Float32:
    for vector in batch.vectors:
        if vector.values.shape != (dimension,):
            raise DimensionMismatch(
                f"the vector of {vector.uid} has shape {vector.values.shape}, not {dimension} "
                "numbers: the store's vectors were made by another embedder"
            )
    return np.stack([vector.values for vector in batch.vectors])


def _read_graph(dimension: int, image: npt.NDArray[np.uint8] | None) -> VectorGraph:
    """Return the saved graph, or an empty one where there is none that this usearch can read."""
    try:
        return VectorGraph(dimension, image)
    except RuntimeError:
        return VectorGraph(dimension)
