"""Processes of this machine: each holds the models and reads items."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Generator, Iterable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

from loky.process_executor import ProcessPoolExecutor

from graphmem.errors import GraphMemError, InvalidInput
from graphmem_pipelines.engines.ahead import Portion, in_order
from graphmem_pipelines.engines.base import MAX_DEATHS, MAX_READ_S, Outcome, Recipe, given_up
from graphmem_pipelines.engines.worker import Worker, open_worker, read_packed, unpacked
from graphmem_pipelines.ledger.rows import Item

__all__ = ["LocalEngine"]

_PORTIONS_AHEAD = 4
_WATCH_S = 0.5

_Flight = tuple[ProcessPoolExecutor, Future[bytes]]

_worker: Worker | GraphMemError | None = None


class LocalEngine:
    """A pool of processes.

    Args:
        recipe: how sources are read.
        n_workers: processes; None is one a core, 8 at most.
        max_read_s: seconds that reading one file may take.

    Raises:
        InvalidInput: `n_workers` is below 1.
    """

    name = "local"

    def __init__(
        self, recipe: Recipe, n_workers: int | None = None, max_read_s: float = MAX_READ_S
    ) -> None:
        if n_workers is not None and n_workers < 1:
            raise InvalidInput(f"workers is {n_workers}: give 1 or more, or leave it out")
        self._recipe, self._max_read_s = recipe, max_read_s
        self.n_workers = n_workers or min(os.cpu_count() or 1, 8)
        self._pool: ProcessPoolExecutor | None = None

    def read(self, items: Iterable[Item]) -> Generator[Outcome]:
        """Yield one outcome a item, in order; see `engines.base.Engine`."""
        n_ahead = _PORTIONS_AHEAD * self.n_workers
        try:
            yield from in_order(items, n_ahead, self._start, self._finish)
        finally:
            self.close()

    def close(self) -> None:
        """Stop all processes; closing twice is fine."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, kill_workers=True)
            self._pool = None

    def _start(self, portion: Portion) -> _Flight:
        try:
            return self._submit(portion)
        except BrokenProcessPool:
            self.close()
            return self._submit(portion)

    def _submit(self, portion: Portion) -> _Flight:
        pool = self._open()
        return pool, pool.submit(_read, portion)

    def _finish(self, portion: Portion, flight: _Flight) -> list[Outcome]:
        pool, future = flight
        try:
            return unpacked(future.result())
        except BrokenProcessPool:
            if self._pool is pool:
                self.close()
        # Nobody can tell which of the items under way it was: each is tried alone.
        return [self._alone(item) for item in portion]

    def _alone(self, item: Item) -> Outcome:
        """Read one item with at most the portions beside it that were begun since.

        After a death it is quite alone, so that no other item's deaths are counted against it.
        """
        for _ in range(MAX_DEATHS):
            try:
                return unpacked(self._open().submit(_read, (item,)).result())[0]
            except BrokenProcessPool:
                self.close()
        return given_up(item)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not the standard library's pool: that one runs the caller's script again in each
            # process unless the script was written for it.
            self._pool = ProcessPoolExecutor(
                self.n_workers,
                initializer=_begin,
                initargs=(self._recipe, self._max_read_s, os.getpid()),
            )
        return self._pool


def _begin(recipe: Recipe, max_read_s: float, parent: int) -> None:
    """Make this process a worker."""
    global _worker
    # Ctrl-C reaches the whole group; the parent says what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _worker = open_worker(recipe, max_read_s)


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, however that ended."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)


def _read(portion: Portion) -> bytes:
    assert _worker is not None
    return read_packed(_worker, portion)
