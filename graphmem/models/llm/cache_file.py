"""The SQLite file of what an LLM said: how it is made and opened, and what its failures mean."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from graphmem.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)

__all__ = ["CacheFile", "empty_log", "writing"]

_BUSY_S = 30.0
_PAUSE_S = 0.005
_VERSION = 1
# So that no other program's file is taken for one of these, not even a store.
_APPLICATION = 0x676D4C43
_SETTINGS = ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")
_TABLES = """
CREATE TABLE answer (
    rowid INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    at REAL NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE tag (
    tag TEXT NOT NULL,
    answer INTEGER NOT NULL REFERENCES answer (rowid) ON DELETE CASCADE,
    PRIMARY KEY (tag, answer)
) WITHOUT ROWID;
CREATE INDEX tag_answer ON tag (answer);
CREATE TABLE total (size INTEGER NOT NULL);
CREATE TRIGGER came AFTER INSERT ON answer
    BEGIN UPDATE total SET size = size + new.size; END;
CREATE TRIGGER went AFTER DELETE ON answer
    BEGIN UPDATE total SET size = size - old.size; END;
"""


class CacheFile:
    """One connection for each process, lent to one thread at a time.

    SQLite must not meet a connection again on the other side of a fork: the child leaves what it
    got from its parent alone, and opens its own.

    Args:
        path: of the file; it is made where there is none, for the user alone (mode 0600).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._left_alone: list[sqlite3.Connection] = []
        _FILES.add(self)

    def close(self) -> None:
        """Close the file; what was put stays. Closing twice is fine."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def before_fork(self) -> None:
        """Wait until no thread is amid a transaction."""
        self._lock.acquire()

    def after_fork(self, *, child: bool) -> None:
        """Go on; a child does so without its parent's connection."""
        if child and self._connection is not None:
            # To drop it would close it.
            self._left_alone.append(self._connection)
            self._connection = None
        self._lock.release()

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection of this process.

        Raises:
            StoreError: In our words what SQLite says.
        """
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                yield self._connection
            except sqlite3.Error as error:
                raise _in_our_words(error, self.path) from error
            except OSError as error:
                raise StoreUnavailable(
                    f"the LLM cache {self.path} cannot be opened ({error.strerror})"
                ) from error

    def _connect(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreUnavailable(f"the LLM cache {self.path} was closed; open it again")
        # Before SQLite makes it by the umask; its log and index take the mode of the file.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            self._refuse_foreign(connection)
            _keep_log(connection)
            _make_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _refuse_foreign(self, connection: sqlite3.Connection) -> None:
        """Check the file before anything in it is changed.

        Raises:
            StoreCorrupt: Another program's file, or that of a newer graphmem.
        """
        version = _mark(connection, "user_version")
        ours = _mark(connection, "application_id") == _APPLICATION and version <= _VERSION
        if not ours and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise StoreCorrupt(
                f"{self.path} is no LLM cache of this version of graphmem; give another path"
            )


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all that is done in the block, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _mark(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _make_tables(connection: sqlite3.Connection) -> None:
    if _mark(connection, "user_version") == _VERSION:
        return
    with writing(connection):
        if _mark(connection, "user_version") == _VERSION:  # another process was first
            return
        for statement in _statements():
            connection.execute(statement)
        connection.execute("INSERT INTO total VALUES (0)")
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")


def _statements() -> list[str]:
    """Return the statements of the tables: triggers hold semicolons of their own."""
    found, rest = [], ""
    for line in _TABLES.splitlines(keepends=True):
        rest += line
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    return found


def _keep_log(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; where several open a new file, SQLite does not wait."""
    end = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def empty_log(connection: sqlite3.Connection) -> None:
    """Write the log into the file and empty it: it still holds what was overwritten there.

    Others that read just now keep it; what they keep it for takes a moment only.
    """
    end = time.monotonic() + _BUSY_S
    while True:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy or time.monotonic() > end:
            return
        time.sleep(_PAUSE_S)


def _in_our_words(error: sqlite3.Error, path: Path) -> StoreError:
    what = f"{getattr(error, 'sqlite_errorname', type(error).__name__)}: {error}"
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"no room left on the disk of the LLM cache {path}; make some")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"others held the LLM cache {path} for over {_BUSY_S:.0f} s; try again")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreReadOnly(f"the LLM cache {path} cannot be written ({what}); check its mode")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreCorrupt(
            f"the LLM cache {path} is damaged, or another program's file ({what}): where it is a "
            "cache, delete it; that costs nothing but the calls"
        )
    return StoreUnavailable(f"the LLM cache {path} cannot be used ({what})")


_FILES: weakref.WeakSet[CacheFile] = weakref.WeakSet()
_HELD: list[CacheFile] = []


def _before_fork() -> None:
    _HELD.extend(_FILES)
    for file in _HELD:
        file.before_fork()


def _after_fork(*, child: bool) -> None:
    while _HELD:
        _HELD.pop().after_fork(child=child)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=partial(_after_fork, child=False),
        after_in_child=partial(_after_fork, child=True),
    )
