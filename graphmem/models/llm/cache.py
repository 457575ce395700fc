"""What an LLM said, by what it was asked: a SQLite file that makes reruns free."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from graphmem.core.usage import Usage
from graphmem.errors import InvalidInput
from graphmem.models.llm.cache_file import CacheFile, empty_log, writing

__all__ = ["CacheStats", "Kept", "ResponseCache"]

_MAX_BYTES = 1_000_000_000
# So that a full cache does not drop a few answers with each one that comes.
_ROOM_AFTER = 0.9
# What a row takes beside its text: key, numbers, its tags.
_AROUND = 200


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
        self._file = CacheFile(self.path)
        with self._file.open():
            pass

    def get(self, key: bytes) -> Kept | None:
        """Return what was said; None where it is not known."""
        with self._file.open() as connection:
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
        with self._file.open() as connection, writing(connection):
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
        with self._file.open() as connection:
            known = connection.execute(
                "SELECT tag FROM tag JOIN answer ON answer = answer.rowid WHERE key = ?", (key,)
            )
            missing = wanted - {tag for (tag,) in known}
            if missing:
                with writing(connection):
                    _add_tags(connection, key, missing)

    def forget(self, tags: Iterable[str]) -> int:
        """Remove every answer with one of these tags; return how many there were."""
        n_gone = 0
        with self._file.open() as connection:
            with writing(connection):
                for tag in tags:
                    n_gone += connection.execute(
                        "DELETE FROM answer WHERE rowid IN (SELECT answer FROM tag WHERE tag = ?)",
                        (_storable(tag),),
                    ).rowcount
            if n_gone:
                empty_log(connection)
        return n_gone

    def paid_since(self, at: float) -> tuple[int, Usage]:
        """Return how many answers were put since a moment (seconds since 1970), and their tokens.

        What a process paid for and did not live to write down is among them.
        """
        with self._file.open() as connection:
            n, prompt, completion = connection.execute(
                "SELECT count(*), coalesce(sum(prompt_tokens), 0), "
                "coalesce(sum(completion_tokens), 0) FROM answer WHERE at >= ?",
                (at,),
            ).fetchone()
        return n, Usage(prompt, completion)

    def clear(self) -> int:
        """Remove every answer; return how many there were."""
        with self._file.open() as connection:
            with writing(connection):
                n_gone = connection.execute("DELETE FROM answer WHERE true").rowcount
            empty_log(connection)
            connection.execute("VACUUM")
            empty_log(connection)
        return n_gone

    def stats(self) -> CacheStats:
        """Return how full it is."""
        with self._file.open() as connection:
            n_answers, n_bytes = connection.execute(
                "SELECT (SELECT count(*) FROM answer), size FROM total"
            ).fetchone()
        return CacheStats(n_answers, n_bytes)

    def close(self) -> None:
        """Close the file; what was put stays. Closing twice is fine."""
        self._file.close()

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


def _add_tags(connection: sqlite3.Connection, key: bytes, tags: Iterable[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO tag (tag, answer) SELECT ?, rowid FROM answer WHERE key = ?",
        [(_storable(tag), key) for tag in tags],
    )


def _storable(text: str) -> str:
    # SQLite takes no lone surrogates, which JSON can name.
    return text.encode("utf-8", "replace").decode("utf-8")
