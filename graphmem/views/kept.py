"""What every view does alike that follows one space and keeps what it made of it in a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import RLock
from typing import Any

import numpy.typing as npt

from graphmem.core.changes import ChangeBatch
from graphmem.ports import GraphStore
from graphmem.views import snapshot
from graphmem.views.history import is_history, token_at
from graphmem.views.unkept import Unkept

__all__ = ["Arrays", "KeptView", "is_mostly_dead"]

Arrays = Mapping[str, npt.NDArray[Any]]

# What was removed is let go of when it is so much, and more than what is left: so that each
# removal costs the same on average, whatever the size, and few take 5 to 10 MB.
_LEAST_DEAD = 1_000


class KeptView(ABC):
    """A `View` of one space: catches up by number, and begins with what a file has kept.

    Where the store tells another story than the view has read (it was put back to an older
    copy), the view starts anew. One thread catches up at a time.

    Args:
        space: whose changes.
        path: of the file; None keeps the view in memory only.
        kind: names the view and what its arrays mean; another kind of file is none.
        settings: what else shapes the arrays; a file made with others is none.
    """

    def __init__(self, space: str, path: Path | None, kind: str, settings: str = "") -> None:
        self.seq = 0
        self._space = space
        self._path = path
        self._kind, self._settings = kind, settings
        self._lock = RLock()
        self._opened = False
        self._saved_seq = 0
        self._token = ""
        self._unkept = Unkept()

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store; costs one look at its number where nothing is new.

        Raises:
            DimensionMismatch: A view of vectors found one of another length.
            StoreError: The store could not be read.
        """
        if self._opened and store.seq(self._space) == self.seq:
            return
        with self._lock:
            if not self._opened:
                self._open(store)
            if not is_history(store, self._space, self.seq, self._token):
                self._start_anew()
            self._catch_up(store)
            if self._is_wasteful():
                self._compact()

    def save(self, store: GraphStore) -> None:
        """Keep the view on disk, where it has a place and enough is new.

        Nothing of what was removed is written.

        Raises:
            StoreError: The file cannot be written; the one before is as it was.
        """
        with self._lock:
            path = self._path
            if path is None or self._saved_seq == self.seq:
                return
            if self._saved_seq > 0 and self._unkept.is_little(self._n_held(), path):
                return
            self._compact()
            snapshot.save(
                path,
                kind=self._kind,
                identity=self._identity(store),
                seq=self.seq,
                token=self._token,
                arrays=self._packed(),
            )
            self._saved_seq, self._unkept = self.seq, Unkept()

    @abstractmethod
    def _changes(self, store: GraphStore) -> Iterator[ChangeBatch]:
        """Return what has come since `seq`, as far as the view is about it."""

    @abstractmethod
    def _take(self, batch: ChangeBatch) -> None:
        """Take up one batch."""

    @abstractmethod
    def _clear(self) -> None:
        """Forget everything."""

    @abstractmethod
    def _compact(self) -> None:
        """Let go of what was removed; answers stay the same, bit for bit."""

    @abstractmethod
    def _packed(self) -> Arrays:
        """Return what is held as arrays; `_compact` came before."""

    @abstractmethod
    def _put_back(self, arrays: Arrays) -> None:
        """Hold what `_packed` had returned."""

    @abstractmethod
    def _n_held(self) -> int:
        """Return how much is held, in what `Unkept` counts."""

    def _is_wasteful(self) -> bool:
        """Whether what was removed takes so much room that it is better let go of."""
        return False

    def _catch_up(self, store: GraphStore) -> None:
        for batch in self._changes(store):
            self._take(batch)
            self._unkept.count(batch)
            self.seq, self._token = batch.seq, token_at(store, self._space, batch.seq)

    def _start_anew(self) -> None:
        self._clear()
        self.seq = self._saved_seq = 0
        self._token = ""

    def _open(self, store: GraphStore) -> None:
        self._opened = True
        if self._path is None:
            return
        kept = snapshot.load(self._path, kind=self._kind, identity=self._identity(store))
        if kept is not None:
            self._put_back(kept.arrays)
            self.seq = self._saved_seq = kept.seq
            self._token = kept.token

    def _identity(self, store: GraphStore) -> str:
        return "/".join(part for part in (store.identity, self._settings, self._space) if part)


def is_mostly_dead(n_dead: int, n_alive: int) -> bool:
    """Whether what was removed is much, and more than what is left."""
    return n_dead > max(_LEAST_DEAD, n_alive)
