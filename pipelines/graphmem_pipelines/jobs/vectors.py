"""Vectors that are made beside those in use: a SQLite file that survives, by space and uid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from graphmem.ports import Float32
from graphmem.stores.sqlite.mapping import mapped
from graphmem.stores.sqlite.pool import begin_write, connect, keep_log

__all__ = ["VectorFile"]

_MAX_KEYS = 500


class VectorFile:
    """Keeps vectors of one embedder.

    Args:
        path: of the file; what it holds of another embedder is dropped.
        embedder: which makes the vectors.

    Raises:
        StoreError: The file cannot be used.
    """

    def __init__(self, path: Path, embedder: str) -> None:
        self._path = path
        with mapped(path):
            self._connection = connect(path)
            keep_log(self._connection)
            begin_write(self._connection)
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS made (embedder TEXT NOT NULL, space TEXT NOT NULL, "
                "uid TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (space, uid)) STRICT"
            )
            self._connection.execute("DELETE FROM made WHERE embedder <> ?", (embedder,))
            self._connection.commit()
        self._embedder = embedder

    def missing(self, space: str, uids: Sequence[str]) -> set[str]:
        """Return those that have no vector yet."""
        known: set[str] = set()
        for at in range(0, len(uids), _MAX_KEYS):
            some = uids[at : at + _MAX_KEYS]
            marks = ", ".join("?" * len(some))
            with mapped(self._path):
                rows = self._connection.execute(
                    f"SELECT uid FROM made WHERE space = ? AND uid IN ({marks})", (space, *some)
                )
                known.update(uid for (uid,) in rows)
        return set(uids) - known

    def put(self, space: str, uids: Sequence[str], rows: Float32) -> None:
        """Keep vectors; they are on disk when this returns.

        Args:
            space: theirs.
            uids: n of them.
            rows: (n, d) float32.
        """
        with mapped(self._path):
            begin_write(self._connection)
            self._connection.executemany(
                "INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?)",
                [
                    (self._embedder, space, uid, row.tobytes())
                    for uid, row in zip(uids, rows, strict=True)
                ],
            )
            self._connection.commit()

    def portions(self, space: str, n: int) -> Iterator[tuple[list[str], Float32]]:
        """Yield uids and their (n, d) vectors, at most n at a time, sorted by uid."""
        after = ""
        while True:
            with mapped(self._path):
                rows = self._connection.execute(
                    "SELECT uid, vector FROM made WHERE space = ? AND uid > ? ORDER BY uid "
                    "LIMIT ?",
                    (space, after, n),
                ).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            vectors = [np.frombuffer(vector, dtype=np.float32) for _, vector in rows]
            yield [uid for uid, _ in rows], np.stack(vectors)

    def close(self) -> None:
        """Release the file; closing twice is fine."""
        self._connection.close()
