"""The node view: what answers show, held in memory for stores where each read is a journey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.changes import ChangeBatch
from graphmem.core.uid_index import UidIndex
from graphmem.ports import GraphStore
from graphmem.views.columns import Column
from graphmem.views.kept import Arrays, KeptView
from graphmem_schemas import Entity, Node, Passage, Source, parse_node

__all__ = ["SHOWN_LABELS", "NodeView"]

# Raise it with every change of what the arrays mean.
_KIND = "nodes/1"

SHOWN_LABELS: tuple[str, ...] = (Passage.label, Source.label, Entity.label)
"""What a hit on a passage shows: the passage, its source's name, the names that led to it."""

_COLUMNS: dict[str, Any] = {"label": np.uint8, "start": np.int64, "size": np.int32}
# Bytes of nodes that changed or went are given back when they are so many, and half of all.
_MIN_WASTE = 1 << 20


class NodeView(KeptView):
    """Keeps the passages, sources and entities of one space as the store keeps them.

    Memory: the JSON of each node and 37 bytes; mapped from disk where a snapshot is kept.

    Args:
        space: whose nodes.
        folder: where the view is kept; None keeps it in memory only.
    """

    def __init__(self, space: str, folder: Path | None) -> None:
        super().__init__(space, folder / "nodes.snapshot" if folder else None, _KIND)
        self._content = _Content()

    @property
    def nbytes(self) -> int:
        """Memory that the nodes take."""
        return self._content.nbytes

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for one that is not held.

        Args:
            space: the view's own; no other is known here.
            uids: of nodes of `SHOWN_LABELS`.
        """
        if space != self._space or not uids:
            return [None] * len(uids)
        with self._lock:
            bodies = self._content.bodies(uids)
        return [None if body is None else parse_node(*body) for body in bodies]

    def _changes(self, store: GraphStore) -> Iterator[ChangeBatch]:
        return store.changes(self._space, self.seq, labels=SHOWN_LABELS)

    def _take(self, batch: ChangeBatch) -> None:
        self._content.remove(batch.removed_nodes)
        self._content.put(batch.nodes)

    def _clear(self) -> None:
        self._content = _Content()

    def _is_wasteful(self) -> bool:
        return self._content.wasteful

    def _compact(self) -> None:
        self._content = self._content.compacted()

    def _packed(self) -> Arrays:
        return self._content.to_arrays()

    def _put_back(self, arrays: Arrays) -> None:
        self._content = _Content(arrays)

    def _n_held(self) -> int:
        return len(self._content)


class _Content:
    """Bodies in a row; of each uid's number the label, and where its body lies.

    A size of 0 is a node that is not there.
    """

    def __init__(self, arrays: Arrays | None = None) -> None:
        given = arrays or {}
        self._uids = UidIndex.from_arrays(given) if given else UidIndex()
        self._columns = {
            name: Column(given.get(name, np.empty(0, kind))) for name, kind in _COLUMNS.items()
        }
        # What comes is kept apart, so that a mapped file is never copied to be longer.
        self._old = given.get("bytes", np.empty(0, np.uint8))
        self._new = Column(np.empty(0, np.uint8))
        self._n_used = len(self._old)

    def __len__(self) -> int:
        """Return how many uids have ever been put and not compacted away."""
        return len(self._uids)

    @property
    def nbytes(self) -> int:
        """Memory that everything takes, about."""
        return self._n_bytes + 37 * len(self._uids)

    @property
    def _n_bytes(self) -> int:
        return len(self._old) + len(self._new)

    @property
    def wasteful(self) -> bool:
        """Whether more bytes are of no use than of use, and they are many."""
        return self._n_bytes - self._n_used > max(_MIN_WASTE, self._n_used)

    def bodies(self, uids: Sequence[str]) -> list[tuple[str, bytes] | None]:
        """Return label and JSON of each uid, None where it is not there."""
        rows = self._uids.rows(uids)
        known = np.flatnonzero(rows >= 0)
        columns = (self._columns[name].values[rows[known]].tolist() for name in _COLUMNS)
        found: list[tuple[str, bytes] | None] = [None] * len(uids)
        for at, label, start, size in zip(known.tolist(), *columns, strict=True):
            if size:
                found[at] = SHOWN_LABELS[label], self._body(start, size).tobytes()
        return found

    def put(self, nodes: Iterable[Node]) -> None:
        """Add nodes or replace them; of a uid that comes twice the last counts."""
        kept = {node.uid: node for node in nodes if node.label in SHOWN_LABELS}
        bodies = [node.model_dump_json().encode() for node in kept.values()]
        if not bodies:
            return
        rows = self._uids.add(list(kept))
        for column in self._columns.values():
            column.extend_to(len(self._uids), 0)
        label, start, size = (self._columns[name].values for name in _COLUMNS)
        sizes = np.array([len(body) for body in bodies], np.int64)
        self._n_used += int(sizes.sum() - size[rows].sum(dtype=np.int64))
        label[rows] = [SHOWN_LABELS.index(node.label) for node in kept.values()]
        start[rows] = self._n_bytes + np.cumsum(sizes) - sizes
        size[rows] = sizes
        self._new.append(np.frombuffer(b"".join(bodies), np.uint8))

    def remove(self, uids: Sequence[str]) -> None:
        """Let go of nodes; unknown uids are none of ours."""
        rows = self._uids.rows(uids) if uids else np.empty(0, np.int64)
        rows = np.unique(rows[rows >= 0])
        size = self._columns["size"].values
        self._n_used -= int(size[rows].sum(dtype=np.int64))
        size[rows] = 0

    def compacted(self) -> _Content:
        """Return the same without a trace of what went; itself where nothing did. O(bytes)."""
        alive = np.flatnonzero(self._columns["size"].values)
        if len(alive) == len(self._uids) and self._n_used == self._n_bytes:
            return self
        arrays = {name: column.values[alive] for name, column in self._columns.items()}
        places = zip(arrays["start"].tolist(), arrays["size"].tolist(), strict=True)
        pieces = [self._body(start, size) for start, size in places]
        uids = UidIndex()
        uids.add(self._uids.uids(alive))
        sizes = arrays["size"].astype(np.int64)
        arrays["start"] = np.cumsum(sizes) - sizes
        arrays["bytes"] = np.concatenate(pieces) if pieces else np.empty(0, np.uint8)
        return _Content({**uids.to_arrays(), **arrays})

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays, of which `_Content` makes the same again."""
        arrays = {name: column.values for name, column in self._columns.items()}
        held = np.concatenate([self._old, self._new.values]) if len(self._new) else self._old
        return {**self._uids.to_arrays(), **arrays, "bytes": held}

    def _body(self, start: int, size: int) -> npt.NDArray[np.uint8]:
        n_old = len(self._old)
        held, first = (self._old, start) if start < n_old else (self._new.values, start - n_old)
        body: npt.NDArray[np.uint8] = held[first : first + size]
        return body
