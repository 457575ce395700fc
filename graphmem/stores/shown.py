"""What was shown lately, in a file beside the store, for all processes that serve it.

Who searches does not wait for it: a thread writes what has come in a tenth of a second, since a
commit for each recall would cost more than it keeps. So a process that is asked for a recall that
another has only just shown looks once more, a moment later.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from graphmem.errors import StoreError
from graphmem.ports import GraphStore, ShownRecall
from graphmem.stores.beside import SHOWN, beside
from graphmem_schemas import Recall

__all__ = ["SharedShown", "ShownFile", "forget_shown", "shown_beside"]

MAX_RECALLS = 10_000
"""Of a space."""
MAX_CHARS = 20_000_000
"""Of a space: questions, and uids of hits."""
_KEPT_S = 86_400.0
_GATHERED_S, _LOOKED_AGAIN_S = 0.1, 0.25
_BUSY_S = 10.0
_TRIM_EVERY = 64

_log = logging.getLogger("graphmem")

# Not synced: who loses power loses what nobody has spoken of yet. No log that would keep what is
# deleted: each commit empties the journal.
_SETTINGS = ("journal_mode = TRUNCATE", "synchronous = OFF", "secure_delete = ON")
_TABLES = (
    "CREATE TABLE IF NOT EXISTS shown (n INTEGER PRIMARY KEY, space TEXT NOT NULL,"
    " id TEXT NOT NULL, at REAL NOT NULL, question TEXT NOT NULL, uids TEXT NOT NULL,"
    " n_gone INTEGER NOT NULL, UNIQUE (space, id))",
    "CREATE INDEX IF NOT EXISTS shown_at ON shown (at)",
    # Trimming reads this alone, not the rows.
    "CREATE INDEX IF NOT EXISTS shown_late ON shown (space, n, length(question) + length(uids))",
)
_PUT = (
    "INSERT INTO shown (space, id, at, question, uids, n_gone) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (space, id) DO UPDATE SET uids = excluded.uids, n_gone = excluded.n_gone"
)
_FIND = "SELECT question, uids, n_gone FROM shown WHERE space = ? AND id = ?"
_TOO_MANY = (
    "DELETE FROM shown WHERE space = ?1 AND n <="
    " (SELECT n FROM shown WHERE space = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)"
)
_CHARS = "SELECT coalesce(sum(length(question) + length(uids)), 0) FROM shown WHERE space = ?"
_TOO_LARGE = (
    "DELETE FROM shown WHERE n IN (SELECT n FROM (SELECT n, ROW_NUMBER() OVER late AS rank,"
    " SUM(length(question) + length(uids)) OVER late AS chars FROM shown WHERE space = ?"
    " WINDOW late AS (ORDER BY n DESC)) WHERE chars > ? AND rank > 1)"
)

_Key = tuple[str, str]


class ShownFile:
    """The last 10,000 recalls of each space, for a day. Safe to use from threads.

    Args:
        path: of the file; it is made where there is none, for the user alone (mode 0600).
        clock: tells the seconds since 1970.

    Raises:
        StoreError: It cannot be made.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._come = threading.Condition()
        # Held while anything moves from here to the file.
        self._turn = threading.Lock()
        self._waiting: dict[_Key, ShownRecall] = {}
        self._closed = threading.Event()
        self._writer: threading.Thread | None = None
        self._n_put = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Before SQLite makes it by the umask.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"{path} cannot be made ({error.strerror})") from error
        with _opened(path) as connection:
            for statement in _TABLES:
                connection.execute(statement)

    def of(self, space: str) -> SharedShown:
        """Return what is shown of a space."""
        return SharedShown(self, space)

    def put(self, space: str, recall_id: str, shown: ShownRecall) -> None:
        """Have a recall written soon; one that is there gets more hits."""
        with self._come:
            before = self._waiting.get((space, recall_id))
            self._waiting[space, recall_id] = shown.and_also(before) if before else shown
            if self._writer is None and not self._closed.is_set():
                self._writer = threading.Thread(target=self._write, daemon=True, name="shown")
                self._writer.start()
            if len(self._waiting) == 1:
                self._come.notify()

    def find(self, space: str, recall_id: str) -> ShownRecall | None:
        """Return a recall; one that is not there yet is looked for once more.

        Raises:
            StoreError: The file cannot be read.
        """
        found = self._look(space, recall_id)
        if found is None:
            time.sleep(_LOOKED_AGAIN_S)
            found = self._look(space, recall_id)
        return found

    def _look(self, space: str, recall_id: str) -> ShownRecall | None:
        with self._come:
            waiting = self._waiting.get((space, recall_id))
        with _opened(self._path) as connection:
            found = _found(connection, space, recall_id)
        return waiting.and_also(found) if waiting and found else waiting or found

    def forget(self, space: str, gone: Collection[str] | None) -> None:
        """Let go of what waits to be written; `forget_shown` clears the file."""
        with self._turn, self._come:
            for key, shown in [*self._waiting.items()]:
                if key[0] == space and gone is None:
                    del self._waiting[key]
                elif key[0] == space and gone is not None:
                    self._waiting[key] = shown.without(gone)

    def close(self) -> None:
        """Write what waits; closing twice is fine."""
        with self._come:
            self._closed.set()
            self._come.notify()
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.join()

    def _write(self) -> None:
        """Write what comes, a batch at a time, until no more will."""
        while self._has_come():
            try:
                with _opened(self._path) as connection:
                    while self._has_come():
                        self._closed.wait(_GATHERED_S)
                        self._put_waiting(connection)
            except StoreError as error:
                _log.warning("some recalls will take no feedback: %s", error)

    def _has_come(self) -> bool:
        with self._come:
            self._come.wait_for(lambda: self._waiting or self._closed.is_set())
            return bool(self._waiting)

    def _put_waiting(self, connection: sqlite3.Connection) -> None:
        with self._turn:
            with self._come:
                batch = dict(self._waiting)
            try:
                self._put(connection, batch)
            finally:
                with self._come:
                    for key, shown in batch.items():
                        if self._waiting.get(key) is shown:
                            del self._waiting[key]

    def _put(self, connection: sqlite3.Connection, batch: dict[_Key, ShownRecall]) -> None:
        now = self._clock()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM shown WHERE at < ?", (now - _KEPT_S,))
        for (space, recall_id), shown in batch.items():
            before = _found(connection, space, recall_id)
            whole = shown.and_also(before) if before else shown
            uids = json.dumps(sorted(whole.uids))
            row = (space, recall_id, now, whole.question, uids, whole.n_gone)
            connection.execute(_PUT, row)
            self._n_put += 1
            if not self._n_put % _TRIM_EVERY:
                _trim(connection, space)
        connection.execute("COMMIT")


def shown_beside(store: GraphStore) -> ShownFile | None:
    """Return what the processes that serve a store share; None where it keeps no files.

    Where the file cannot be used that is logged: each process then knows what it showed itself.
    """
    path = beside(store, SHOWN)
    try:
        return ShownFile(path) if path else None
    except StoreError as error:
        _log.warning("feedback is taken by the process that showed a recall: %s", error)
        return None


class SharedShown:
    """What all processes show of one space."""

    def __init__(self, file: ShownFile, space: str) -> None:
        self._file, self._space = file, space

    def note(self, recall: Recall, cited: Iterable[str] = ()) -> Recall:
        """Remember what a recall shows; return it. One without hits takes no feedback."""
        uids = frozenset((*(hit.uid for hit in recall.hits), *cited))
        if uids:
            self._file.put(self._space, recall.id, ShownRecall(recall.question, uids))
        return recall

    def forget(self, gone: Collection[str] | None) -> None:
        """Let go of uids that are deleted; None lets go of all recalls."""
        self._file.forget(self._space, gone)

    def find(self, recall_id: str) -> ShownRecall | None:
        """Return what was shown under the id, where that is known."""
        return self._file.find(self._space, recall_id)


def forget_shown(path: Path | None, space: str, gone: Collection[str] | None) -> None:
    """Remove from a file what was deleted of a space; nothing is done where there is no file.

    Args:
        path: of the file.
        space: the space.
        gone: uids of what was deleted; None removes all recalls of the space.

    Raises:
        StoreError: The file cannot be written.

    Complexity: reads what was shown of the space.
    """
    if path is None or not path.exists():
        return
    with _opened(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if gone is None:
            connection.execute("DELETE FROM shown WHERE space = ?", (space,))
        else:
            _lose(connection, space, frozenset(gone))
        connection.execute("COMMIT")


def _trim(connection: sqlite3.Connection, space: str) -> None:
    connection.execute(_TOO_MANY, (space, MAX_RECALLS))
    (chars,) = connection.execute(_CHARS, (space,)).fetchone()
    if chars > MAX_CHARS:
        connection.execute(_TOO_LARGE, (space, MAX_CHARS))


def _lose(connection: sqlite3.Connection, space: str, gone: frozenset[str]) -> None:
    rows = connection.execute("SELECT n, uids FROM shown WHERE space = ?", (space,)).fetchall()
    for n, said in rows:
        uids = frozenset(json.loads(said))
        if not uids.isdisjoint(gone):
            rest = json.dumps(sorted(uids - gone))
            connection.execute(
                "UPDATE shown SET uids = ?, n_gone = n_gone + ? WHERE n = ?",
                (rest, len(uids & gone), n),
            )


def _found(connection: sqlite3.Connection, space: str, recall_id: str) -> ShownRecall | None:
    row = connection.execute(_FIND, (space, recall_id)).fetchone()
    return ShownRecall(row[0], frozenset(json.loads(row[1])), row[2]) if row else None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one thing; what is not committed by then was not done.

    Raises:
        StoreError: In our words what SQLite says.
    """
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)) as connection:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            yield connection
    except sqlite3.Error as error:
        raise StoreError(
            f"{path}, where recalls wait for feedback, cannot be used ({error}); it may be removed"
        ) from error
