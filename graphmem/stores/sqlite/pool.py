"""Connections to one file: lent to one thread at a time, and never carried through a fork."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, local

from graphmem.errors import InvalidInput, StoreUnavailable
from graphmem.stores.sqlite.mapping import BUSY_TIMEOUT_S, mapped

__all__ = ["ConnectionPool"]

_IDLE_MAX = 8
_CACHE_KIB = 16 * 1024
_CHECKPOINT_PAGES = 4_000
_WAL_BYTES = 64 << 20
_FORK_WAIT_S = BUSY_TIMEOUT_S

_POOLS: weakref.WeakSet[ConnectionPool] = weakref.WeakSet()


class ConnectionPool:
    """Lends connections to one SQLite file.

    SQLite must not meet a connection again on the other side of a fork, not even an unused one:
    the child would count on locks that only its parent holds, and the parent's last close could
    delete a log that the child still writes to. So a fork waits until the connections of other
    threads are back and closes them all; both sides open new ones when they need them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._lent = 0
        self._mine = local()
        self._returned = Condition()
        self._closed = False
        self._carried = False
        _POOLS.add(self)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; what it left open is rolled back when it returns.

        Raises:
            StoreUnavailable: The pool is closed, or the file cannot be opened.
        """
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Close what is idle now and the rest as it returns; closing twice is fine."""
        with self._returned:
            self._closed = True
            self._close_idle()

    def _take(self) -> sqlite3.Connection:
        with self._returned:
            self._refuse_if_unusable()
            self._lent += 1
            self._mine.lent = getattr(self._mine, "lent", 0) + 1
            if self._idle:
                return self._idle.pop()
        try:
            with mapped(self.path):
                return self._connect()
        except BaseException:
            self._count_down()
            raise

    def _refuse_if_unusable(self) -> None:
        if self._closed:
            msg = f"the store {self.path} has been closed; open it again"
            raise StoreUnavailable(msg)
        if self._carried:
            msg = (
                f"this process was forked while {self.path} was in use by its parent, so it "
                "cannot use the store safely; fork outside of writes, or start it by spawn"
            )
            raise StoreUnavailable(msg)

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
        except ValueError as error:
            msg = f"{str(self.path)!a} cannot be a path ({error}); give another"
            raise InvalidInput(msg) from error
        # What was acknowledged must be on disk, and what was deleted must not.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.rollback()
        with self._returned:
            if self._closed or len(self._idle) >= _IDLE_MAX:
                connection.close()
            else:
                self._idle.append(connection)
        self._count_down()

    def _count_down(self) -> None:
        with self._returned:
            self._lent -= 1
            self._mine.lent -= 1
            self._returned.notify_all()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def before_fork(self) -> None:
        """Close every connection, and let none be opened until the fork is over."""
        self._returned.acquire()
        mine = getattr(self._mine, "lent", 0)
        self._returned.wait_for(lambda: self._lent == mine, timeout=_FORK_WAIT_S)
        self._close_idle()

    def after_fork(self, *, child: bool) -> None:
        """Go on; a child whose parent was amid a transaction may not use the store."""
        self._carried = self._carried or (child and self._lent > 0)
        self._returned.release()


def _before_fork() -> None:
    for pool in list(_POOLS):
        pool.before_fork()


def _after_fork_in_parent() -> None:
    for pool in list(_POOLS):
        pool.after_fork(child=False)


def _after_fork_in_child() -> None:
    for pool in list(_POOLS):
        pool.after_fork(child=True)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
