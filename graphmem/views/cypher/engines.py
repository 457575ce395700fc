"""Whose turn it is to run a statement: a few processes, and none that is kept for nothing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphmem.errors import StoreBusy
from graphmem.views.cypher.process import OPEN_S, Engine

__all__ = ["Engines", "Pool"]

_MOST_AT_ONCE = 4
# Each may take 1.5 GiB.
_MOST = 8
_IDLE_S = 60.0


class Pool:
    """All engines of this process, of whatever view.

    Args:
        most: how many there are at once; one that does nothing makes room.
        idle_s: seconds after which one that does nothing is ended.
    """

    def __init__(self, most: int = _MOST, idle_s: float = _IDLE_S) -> None:
        self._most, self._idle_s = most, idle_s
        self._start_over()

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self._most)
        self._n_lent = 0
        # By when they were used last.
        self._idle: list[Engine] = []
        self._ending: threading.Timer | None = None

    @contextmanager
    def lent(self, owner: object, path: Path, wait_s: float) -> Iterator[Engine]:
        """Lend an engine; it is stopped where anything goes wrong.

        Raises:
            StoreBusy: All are used, and none came free in time.
        """
        if not self._free.acquire(timeout=wait_s):
            raise _busy(self._most, wait_s)
        try:
            engine = self._take(owner, path)
            try:
                yield engine
            except BaseException:
                engine.stop()
                raise
            finally:
                self._put_back(engine)
        finally:
            self._free.release()

    def start(self, owner: object) -> None:
        """Start one ahead, where the owner has none and there is room."""
        with self._lock:
            if any(one.owner is owner for one in self._idle) or self._n_lent >= self._most:
                return
            stopped = self._make_room(1)
            self._idle.append(Engine(owner))
            self._watch()
        _stop_all(stopped)

    def let_go(self, owner: object, path: Path | None = None) -> None:
        """Stop those of an owner that do nothing: that have a file open, or all."""
        with self._lock:
            stopped = [
                one for one in self._idle if one.owner is owner and path in (None, one.path)
            ]
            self._idle = [one for one in self._idle if one not in stopped]
        _stop_all(stopped)

    def leave_to_parent(self) -> None:
        """Forget the processes, after a fork, whoever held the lock at that moment."""
        _stop_all(self._idle)
        self._start_over()

    def _take(self, owner: object, path: Path) -> Engine:
        with self._lock:
            mine = [one for one in self._idle if one.owner is owner]
            mine.sort(key=lambda one: one.path == path)
            if mine:
                self._idle.remove(mine[-1])
            stopped = [] if mine else self._make_room(1)
            self._n_lent += 1
        _stop_all(stopped)
        try:
            return mine[-1] if mine else Engine(owner)
        except BaseException:
            with self._lock:
                self._n_lent -= 1
            raise

    def _make_room(self, n: int) -> list[Engine]:
        """Take the oldest that do nothing away, so that there is room for n more."""
        n_over = max(0, len(self._idle) + self._n_lent + n - self._most)
        stopped, self._idle = self._idle[:n_over], self._idle[n_over:]
        return stopped

    def _put_back(self, engine: Engine) -> None:
        with self._lock:
            self._n_lent -= 1
            is_alive = engine.is_alive
            if is_alive:
                engine.idle_since = time.monotonic()
                self._idle.append(engine)
                self._watch()
        if not is_alive:
            engine.stop()

    def _watch(self) -> None:
        """See that what does nothing is ended in time."""
        if self._ending is None and self._idle:
            rest_s = self._idle[0].idle_since + self._idle_s - time.monotonic()
            self._ending = threading.Timer(max(0.0, rest_s), self._end_the_idle)
            self._ending.daemon = True
            self._ending.start()

    def _end_the_idle(self) -> None:
        since = time.monotonic() - self._idle_s
        with self._lock:
            stopped = [one for one in self._idle if one.idle_since <= since]
            self._idle = [one for one in self._idle if one.idle_since > since]
            self._ending = None
            self._watch()
        _stop_all(stopped)


_POOL = Pool()


class Engines:
    """The engines of one view: one, or a few where threads ask at once.

    Args:
        pool: where they come from; that of this process unless given.
    """

    def __init__(self, pool: Pool = _POOL) -> None:
        self._pool = pool
        self._turns = threading.BoundedSemaphore(_MOST_AT_ONCE)

    @contextmanager
    def lent(self, path: Path, wait_s: float | None) -> Iterator[Engine]:
        """Lend an engine that has the file open; it is stopped where anything goes wrong.

        Args:
            wait_s: seconds to wait for a turn; None is out of turn.

        Raises:
            StoreBusy: There was no turn.
            Unopened: The file cannot be opened.
        """
        with self._turn(wait_s):
            wait_s = OPEN_S if wait_s is None else wait_s
            with self._pool.lent(self, path, wait_s) as engine:
                engine.open(path)
                yield engine

    def start(self) -> None:
        """Start one, so that it is there when a file has been made; it is not waited for."""
        self._pool.start(self)

    def let_go(self, path: Path | None = None) -> None:
        """Stop all that have a file open and do nothing; None: whatever they have open."""
        self._pool.let_go(self, path)

    @contextmanager
    def _turn(self, wait_s: float | None) -> Iterator[None]:
        if wait_s is None:
            yield
            return
        if not self._turns.acquire(timeout=wait_s):
            raise _busy(_MOST_AT_ONCE, wait_s)
        try:
            yield
        finally:
            self._turns.release()


def _stop_all(engines: list[Engine]) -> None:
    for engine in engines:
        engine.stop()


def _busy(n: int, wait_s: float) -> StoreBusy:
    return StoreBusy(
        f"{n} other statements ran for {wait_s:g} s and more; try again, or run fewer at once"
    )


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOL.leave_to_parent)
