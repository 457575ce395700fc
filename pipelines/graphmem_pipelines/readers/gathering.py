"""Rows that lie apart in a file → the conversations and runs that they belong to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from graphmem.errors import StoreFull

__all__ = ["Gathering"]

_DDL = """
CREATE TABLE rows (n INTEGER PRIMARY KEY, part TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX by_part ON rows (part, n);
CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Gathering:
    """Rows by the part that they belong to, on disk: a log of any length can be sorted so.

    The database is one of SQLite's own temporary files, which nobody else sees and which is
    gone when it is closed.
    """

    def __init__(self) -> None:
        self._opened: sqlite3.Connection | None = None

    def __enter__(self) -> Gathering:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def add(self, part: str, row: Any) -> None:
        """Keep a row for a part.

        Raises:
            StoreFull: There is no room for it in the folder of temporary files.
        """
        self._execute("INSERT INTO rows (part, body) VALUES (?, ?)", (part, json.dumps(row)))

    def parts(self, limit: int) -> Iterator[tuple[str, list[Any] | None]]:
        """Yield the parts in the order in which they began, each with its rows.

        None instead of rows says that they have more than `limit` characters.
        """
        if self._opened is None:
            return
        parts = self._execute(
            "SELECT part, SUM(LENGTH(body)) FROM rows GROUP BY part ORDER BY MIN(n)", ()
        )
        for part, size in parts:
            if size > limit:
                yield part, None
                continue
            rows = self._execute("SELECT body FROM rows WHERE part = ? ORDER BY n", (part,))
            yield part, [json.loads(body) for (body,) in rows]

    def unique(self, name: str) -> str:
        """Return the name, or with ~2, ~3, … behind it where it has been given out before."""
        said, times = name, 1
        while not self._execute("INSERT OR IGNORE INTO names VALUES (?)", (said,)).rowcount:
            times += 1
            said = f"{name}~{times}"
        return said

    def _execute(self, statement: str, values: tuple[str, ...]) -> sqlite3.Cursor:
        try:
            return self._database().execute(statement, values)
        except sqlite3.Error as error:
            raise StoreFull(f"the folder of temporary files cannot be used: {error}") from error

    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            # Whoever asks for the next item may be another thread than asked for the first.
            self._opened = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._opened.execute("PRAGMA journal_mode=OFF")
            self._opened.execute("PRAGMA synchronous=OFF")
            self._opened.executescript(_DDL)
        return self._opened
