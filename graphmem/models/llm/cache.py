"""What an LLM said, by what it was asked: a SQLite file that makes reruns free."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graphmem.core.usage import Usage
from graphmem.errors import (
    InvalidInput,
    StoreBusy,
    StoreCorrupt,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)

__all__ = ["CacheStats", "Kept", "ResponseCache"]

_BUSY_S = 30.0
_VERSION = 1
_MAX_BYTES = 1_000_000_000
# So that a full cache does not drop a few answers with each one that comes.
_ROOM_AFTER = 0.9
# What a row takes beside its text: key, numbers, its tags.
_AROUND = 200
_SETTINGS = ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")
_TABLES = """
CREATE TABLE IF NOT EXISTS answer (
    rowid INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    at REAL NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS tag (
    tag TEXT NOT NULL,
    answer INTEGER NOT NULL REFERENCES answer (rowid) ON DELETE CASCADE,
    PRIMARY KEY (tag, answer)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tag_answer ON tag (answer);
CREATE TABLE IF NOT EXISTS total (size INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS came AFTER INSERT ON answer
    BEGIN UPDATE total SET size = size + new.size; END;
CREATE TRIGGER IF NOT EXISTS went AFTER DELETE ON answer
    BEGIN UPDATE total SET size = size - old.size; END;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer as it is kept."""

    text: str
    usage: Usage
    counted: bool


@dataclass(frozen=True, slots=True)
class CacheStats:
    """How full a cache is."""

    n_answers: int
    n_bytes: int


class ResponseCache:
    """Keeps answers of LLMs in one file, for many threads and processes at once.

    What it holds says what the passages say: it is as private as the memory. The file is the
    user's alone (mode 0600); what is forgotten is overwritten, in its log too. What was put is on
    disk when `put` returns.

    Args:
        path: of the file; it is made where there is none. Its folder must be there.
        max_bytes: of texts, about; beyond it those that were put first go.
        clock: seconds since 1970.

    Raises:
        InvalidInput: `max_bytes` is not positive.
        StoreCorrupt: The file is no such cache. It can be deleted without loss but of money.
        StoreUnavailable: It cannot be opened.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        max_bytes: int = _MAX_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if max_bytes < 1:
            raise InvalidInput(f"max_bytes is {max_bytes}: give 1 or more")
        self.path = Path(path)
        self._max_bytes, self._clock = max_bytes, clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._closed = False
        with self._open():
            pass

    def get(self, key: bytes) -> Kept | None:
        """Return what was said; None where it is not known."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT text, prompt_tokens, completion_tokens, counted FROM answer WHERE key = ?",
                (key,),
            ).fetchone()
        return Kept(row[0], Usage(row[1], row[2]), bool(row[3])) if row else None

    def put(self, key: bytes, kept: Kept, tags: Iterable[str] = ()) -> None:
        """Keep an answer; one that is kept already stays as it is, and gets the tags as well."""
        size = len(kept.text.encode("utf-8", "replace")) + _AROUND
        usage = kept.usage
        row = (key, _storable(kept.text), usage.prompt_tokens, usage.completion_tokens)
        with self._open() as connection, _writing(connection):
            connection.execute(
                "INSERT INTO answer (key, text, prompt_tokens, completion_tokens, counted, at, "
                "size) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (*row, kept.counted, self._clock(), size),
            )
            _add_tags(connection, key, tags)
            self._make_room(connection)

    def tag(self, key: bytes, tags: Iterable[str]) -> None:
        """Say whom else a kept answer is about; writes only what is new."""
        wanted = set(tags)
        with self._open() as connection:
            known = connection.execute(
                "SELECT tag FROM tag JOIN answer ON answer = answer.rowid WHERE key = ?", (key,)
            )
            missing = wanted - {tag for (tag,) in known}
            if missing:
                with _writing(connection):
                    _add_tags(connection, key, missing)

    def forget(self, tags: Iterable[str]) -> int:
        """Remove every answer with one of these tags; return how many there were."""
        n_gone = 0
        with self._open() as connection:
            with _writing(connection):
                for tag in tags:
                    n_gone += connection.execute(
                        "DELETE FROM answer WHERE rowid IN (SELECT answer FROM tag WHERE tag = ?)",
                        (tag,),
                    ).rowcount
            if n_gone:
                _empty_log(connection)
        return n_gone

    def clear(self) -> int:
        """Remove every answer; return how many there were."""
        with self._open() as connection:
            with _writing(connection):
                n_gone = connection.execute("DELETE FROM answer WHERE true").rowcount
            _empty_log(connection)
            connection.execute("VACUUM")
            _empty_log(connection)
        return n_gone

    def stats(self) -> CacheStats:
        """Return how full it is."""
        with self._open() as connection:
            n_answers, n_bytes = connection.execute(
                "SELECT (SELECT count(*) FROM answer), size FROM total"
            ).fetchone()
        return CacheStats(n_answers, n_bytes)

    def close(self) -> None:
        """Close the file; what was put stays. Closing twice is fine."""
        with self._lock:
            self._closed = True
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection of this process.

        Raises:
            StoreError: In our words what SQLite says.
        """
        with self._lock:
            try:
                # SQLite must not meet a connection again on the other side of a fork.
                if self._connection is None or self._process != os.getpid():
                    self._connection = self._connect()
                    self._process = os.getpid()
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
            connection.execute("PRAGMA journal_mode = WAL")
            self._make_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        """Make what is not there.

        Raises:
            StoreCorrupt: Another program's file, or that of a newer graphmem.
        """
        if _version(connection) == _VERSION:
            return
        with _writing(connection):
            version = _version(connection)
            foreign = version or connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            if version != _VERSION and foreign:
                raise StoreCorrupt(
                    f"{self.path} is no LLM cache of this version of graphmem; give another path"
                )
            if version != _VERSION:
                for statement in _statements():
                    connection.execute(statement)
                connection.execute("INSERT INTO total VALUES (0)")
                connection.execute(f"PRAGMA user_version = {_VERSION}")

    def _make_room(self, connection: sqlite3.Connection) -> None:
        (size,) = connection.execute("SELECT size FROM total").fetchone()
        if size <= self._max_bytes:
            return
        too_much = size - self._max_bytes * _ROOM_AFTER
        rows = connection.execute("SELECT rowid, size FROM answer ORDER BY rowid")
        last = 0
        while too_much > 0 and (row := rows.fetchone()):
            last, too_much = row[0], too_much - row[1]
        rows.close()
        connection.execute("DELETE FROM answer WHERE rowid <= ?", (last,))


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _statements() -> list[str]:
    """Return the statements of the tables: triggers hold semicolons of their own."""
    found, rest = [], ""
    for line in _TABLES.splitlines(keepends=True):
        rest += line
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    return found


def _add_tags(connection: sqlite3.Connection, key: bytes, tags: Iterable[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO tag (tag, answer) SELECT ?, rowid FROM answer WHERE key = ?",
        [(tag, key) for tag in tags],
    )


def _empty_log(connection: sqlite3.Connection) -> None:
    """Write the log into the file and empty it: it still holds what was overwritten there."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _storable(text: str) -> str:
    # SQLite takes no lone surrogates, which JSON can name.
    return text.encode("utf-8", "replace").decode("utf-8")


def _in_our_words(error: sqlite3.Error, path: Path) -> Exception:
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
