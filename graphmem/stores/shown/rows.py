"""The file of what was shown: a table, and when something of a space was deleted last."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from graphmem.core.uids import content_uid
from graphmem.errors import StoreError
from graphmem.ports import ShownRecall

__all__ = ["Waiting", "find", "forget", "make", "opened", "put", "trim"]

MAX_RECALLS = 10_000
"""Of a space."""
MAX_CHARS = 20_000_000
"""Of a space: questions, and uids of hits."""
KEPT_S = 86_400.0
_BUSY_S = 10.0

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
    # By a digest of its name: nothing of a deleted space stays.
    "CREATE TABLE IF NOT EXISTS deleted (space TEXT PRIMARY KEY, at REAL NOT NULL)",
)
_PUT = (
    "INSERT INTO shown (space, id, at, question, uids, n_gone) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (space, id) DO UPDATE SET uids = excluded.uids, n_gone = excluded.n_gone"
)
_FIND = "SELECT question, uids, n_gone FROM shown WHERE space = ? AND id = ?"
_FIND_ALL = (
    "SELECT space, id, question, uids, n_gone FROM shown WHERE (space, id) IN"
    " (SELECT value ->> 0, value ->> 1 FROM json_each(?))"
)
_FIND_DELETED = "SELECT space, at FROM deleted WHERE space IN (SELECT value FROM json_each(?))"
_DELETED = "INSERT INTO deleted VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at"
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

Key = tuple[str, str]
"""A space and the id of a recall."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recall that is to be written.

    Attributes:
        since: when it was shown, or when it was last known that nothing of it is deleted.
    """

    shown: ShownRecall
    since: float


def make(path: Path) -> None:
    """Make the tables where there are none.

    Raises:
        StoreError: The file is none of ours.
    """
    with opened(path) as connection:
        _make(connection)


def put(connection: sqlite3.Connection, batch: Mapping[Key, Waiting], now: float) -> None:
    """Write recalls, in few statements: each of them has to wait for Python's lock anew.

    What was shown before something of its space was deleted, by whichever process, is not
    written: it may speak of that.

    Args:
        connection: to the file.
        batch: what is to be written; with a recall that is there it is joined.
        now: seconds since 1970.
    """
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM shown WHERE at < ?", (now - KEPT_S,))
    names = {space: _digest(space) for space, _ in batch}
    deleted = dict(connection.execute(_FIND_DELETED, (json.dumps([*names.values()]),)).fetchall())
    before = {
        (space, recall_id): _read(*row)
        for space, recall_id, *row in connection.execute(_FIND_ALL, (json.dumps([*batch]),))
    }
    rows = []
    for key, one in batch.items():
        if one.since > deleted.get(names[key[0]], 0.0):
            whole = one.shown.and_also(before[key]) if key in before else one.shown
            uids = json.dumps(sorted(whole.uids))
            rows.append((*key, now, whole.question, uids, whole.n_gone))
    connection.executemany(_PUT, rows)
    connection.execute("COMMIT")


def find(connection: sqlite3.Connection, space: str, recall_id: str) -> ShownRecall | None:
    """Return a recall, where it is there."""
    row = connection.execute(_FIND, (space, recall_id)).fetchone()
    return _read(*row) if row else None


def forget(path: Path, space: str, gone: Collection[str] | None, now: float) -> None:
    """Remove from the file what was deleted of a space.

    Args:
        path: of the file.
        space: the space.
        gone: uids of what was deleted; None removes all recalls of the space.
        now: seconds since 1970.

    Raises:
        StoreError: The file cannot be written.

    Complexity: reads what was shown of the space.
    """
    with opened(path) as connection:
        _make(connection)  # it may be of an older graphmem
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM deleted WHERE at < ?", (now - KEPT_S,))
        connection.execute(_DELETED, (_digest(space), now))
        if gone is None:
            connection.execute("DELETE FROM shown WHERE space = ?", (space,))
        else:
            _lose(connection, space, frozenset(gone))
        connection.execute("COMMIT")


def trim(connection: sqlite3.Connection, space: str) -> None:
    """Let go of the oldest recalls of a space, where there are too many or they are too large."""
    connection.execute(_TOO_MANY, (space, MAX_RECALLS))
    (chars,) = connection.execute(_CHARS, (space,)).fetchone()
    if chars > MAX_CHARS:
        connection.execute(_TOO_LARGE, (space, MAX_CHARS))


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
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


def _make(connection: sqlite3.Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)


def _read(question: str, uids: str, n_gone: int) -> ShownRecall:
    return ShownRecall(question, frozenset(json.loads(uids)), n_gone)


def _digest(space: str) -> str:
    return content_uid("deleted of", space)


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
