"""Connections to one file: lent to one thread at a time, and never carried through a fork."""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition, local

from graphmem.errors import StoreUnavailable
from graphmem.stores.sqlite.mapping import BUSY_TIMEOUT_S, mapped

__all__ = ["ConnectionPool", "begin_write", "connect", "empty_log", "keep_log"]

_IDLE_MAX = 8
# Pages of each are up to 16 MiB; who is seldom lent reads them again from the system's memory.
_IDLE_WITH_PAGES = 2
_LOOK_MS = 20
_PAUSE_S = 0.001
# What was acknowledged must be on disk, and what was deleted must not.
_SETTINGS = (
    "synchronous = FULL",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "cache_size = -16384",  # KiB
    "wal_autocheckpoint = 4000",  # pages of 4 KiB
    "journal_size_limit = 67108864",
)
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
        self._frozen = False
        self._file: tuple[int, int] | None = None
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
            idle = self._idle.pop() if self._idle else None
        try:
            with mapped(self.path):
                connection = idle or self._connect()
                self._refuse_if_replaced()
        except BaseException:
            self._count_down()
            raise
        return connection

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

    def _refuse_if_replaced(self) -> None:
        """Notice a file that was deleted or replaced: writes to the old one would be lost."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            now = None
        else:
            now = (status.st_dev, status.st_ino)
        self._file = self._file or now
        if now != self._file:
            msg = f"{self.path} was removed or replaced while it was in use; open it again"
            raise StoreUnavailable(msg)

    def _connect(self) -> sqlite3.Connection:
        try:
            return connect(self.path)
        except sqlite3.OperationalError as error:
            if not self._may_be_frozen(error):
                raise
            self._frozen = True
            return connect(self.path, frozen=True)

    def _may_be_frozen(self, error: sqlite3.OperationalError) -> bool:
        """Whether the file can be read as one that nobody writes.

        SQLite reads a write-ahead-log file only where it can make the log's index beside it.
        In a folder that we cannot write to, without a log, there is nobody who writes now.
        """
        unwritable = error.sqlite_errorcode & 0xFF in (
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_CANTOPEN,
        )
        log = self.path.with_name(self.path.name + "-wal")
        readable = os.access(self.path, os.R_OK) and not os.access(self.path.parent, os.W_OK)
        return unwritable and readable and not log.exists()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.rollback()
            # The last one back is lent first, so these two are the ones in use most of the time.
            if len(self._idle) >= _IDLE_WITH_PAGES:
                connection.execute("PRAGMA shrink_memory")
            with self._returned:
                # A frozen connection would not see a writer that comes later: use it once.
                if self._closed or self._frozen or len(self._idle) >= _IDLE_MAX:
                    connection.close()
                else:
                    self._idle.append(connection)
        finally:
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


def connect(path: Path, *, frozen: bool = False) -> sqlite3.Connection:
    """Open one connection with the settings that all of them share.

    A file that is made is its owner's alone, and so are its log and index.

    Args:
        frozen: read a file that nobody writes, without locks.

    Raises:
        sqlite3.Error: SQLite could not open it.
    """
    if not path.exists():
        # Before SQLite makes it by the umask; what cannot be made, it says better.
        with suppress(OSError, ValueError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        f"{path.as_uri()}?immutable=1" if frozen else path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        uri=frozen,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        # SQLite opens the file when it is first read, so let that fail here if it must.
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def begin_write(connection: sqlite3.Connection) -> None:
    """Begin a transaction that may write, as soon as no other process does.

    SQLite's own waiting backs off to 0.1 s between looks, so that one busy writer can keep
    another out for long; short waits, often repeated, share the store more fairly.

    Raises:
        sqlite3.OperationalError: Others wrote all the time (SQLITE_BUSY), or it cannot begin.
    """
    _patiently(connection, "BEGIN IMMEDIATE")


def keep_log(connection: sqlite3.Connection) -> None:
    """Switch a file to write-ahead logging.

    Where several open a new file at once, SQLite does not wait but calls it busy: two that both
    read and both want to write would wait for each other.

    Raises:
        sqlite3.OperationalError: Others held it all the time (SQLITE_BUSY), or it cannot be.
    """
    _patiently(connection, "PRAGMA journal_mode = WAL")


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    end = time.monotonic() + BUSY_TIMEOUT_S
    connection.execute(f"PRAGMA busy_timeout = {_LOOK_MS}")
    try:
        while True:
            try:
                connection.execute(statement)
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > end:
                    raise
                time.sleep(_PAUSE_S)
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")


def empty_log(connection: sqlite3.Connection) -> None:
    """Take what was removed out of the write-ahead log too, where no reader needs it now.

    The commit stands already, so a log that cannot be emptied is no failure: a later
    checkpoint, or the last close, will empty it.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")


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
