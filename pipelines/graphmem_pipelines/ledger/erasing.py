"""What is deleted from a memory goes from the ledger: content that waits, failed or was given up.

Each function runs inside a transaction of the ledger. Names of what is gone go as well.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Mapping, Sequence

__all__ = ["DELETED", "erase"]

DELETED = "deleted by the user"

_WAITING = "('pending', 'extracting', 'extracted')"
# A command that is at work on its own items goes on with them: who ran it deletes after it.
_NOT_AT_WORK = "(item.state = 'failed' OR job.id NOT IN (SELECT value FROM json_each(?)))"
_BEFORE = "coalesce((SELECT n FROM accepted WHERE accepted.job = job.id), 0) < ?"

# A space may have any number of writes that are through: CROSS JOIN begins at the items' indexes.
# The number is in front of the name of what a server takes; see `contents.item_of`.
OF_SOURCE = tuple(
    "SELECT item.job, item.n, item.content IS NOT NULL FROM item "
    f"CROSS JOIN job ON job.id = item.job WHERE {name} = ? AND job.space = ? AND {kind} "
    f"AND (item.kind <> 'extracted' OR item.content IS NULL) AND {_BEFORE} AND {_NOT_AT_WORK}"
    for name, kind in (
        ("item.key", "job.kind NOT IN ('add', 'delete')"),
        ("substr(item.key, instr(item.key, ':') + 1)", "job.kind = 'add'"),
    )
)
EXTRACTED = (
    "SELECT item.job, item.n, item.content FROM item INDEXED BY item_extracted "
    "CROSS JOIN job ON job.id = item.job WHERE job.space = ? AND job.kind = 'add' "
    f"AND item.kind = 'extracted' AND item.content IS NOT NULL AND {_BEFORE}"
)
"""Statements that find what is kept of a source."""


def erase(
    connection: sqlite3.Connection,
    space: str,
    source: str | None,
    at_work: Sequence[str] = (),
    before: str | None = None,
) -> int:
    """Erase what the ledger holds of a source, or of a whole space.

    What waits is applied no more. What a server is applying at this moment is: its content goes
    now, and whoever deletes comes after it.

    Args:
        connection: of the ledger.
        space: of the source.
        source: its name; None is all of the space but deletes that wait.
        at_work: jobs of commands that some process works on now.
        before: a write; what was accepted later stays. None is all.

    Returns:
        How many items had content of it.
    """
    busy = json.dumps(at_work)
    if source is None:
        found = _whole(connection, space, busy)
        connection.execute("DELETE FROM applied WHERE space = ?", (space,))
        return _erase(connection, found)
    end = _place(connection, before)
    found = _of(connection, space, source, busy, end)
    n_cut, emptied = _cut(connection, space, source, end)
    connection.execute("DELETE FROM applied WHERE space = ? AND key = ?", (space, source))
    return n_cut + _erase(connection, [*found, *emptied])


# Job, place in it, and whether there is content.
_Found = list[tuple[str, int, bool]]


def _whole(connection: sqlite3.Connection, space: str, at_work: str) -> _Found:
    return connection.execute(
        "SELECT item.job, item.n, item.content IS NOT NULL "
        "FROM job JOIN item ON item.job = job.id "
        f"WHERE job.space = ? AND job.kind <> 'delete' AND {_NOT_AT_WORK}",
        (space, at_work),
    ).fetchall()


def _place(connection: sqlite3.Connection, write: str | None) -> int:
    """Return where a write stands in the order of acceptance; behind all for None."""
    row = connection.execute("SELECT n FROM accepted WHERE job = ?", (write,)).fetchone()
    return row[0] if row else 2**63 - 1


def _of(connection: sqlite3.Connection, space: str, source: str, at_work: str, end: int) -> _Found:
    found: _Found = []
    for statement in OF_SOURCE:
        found += connection.execute(statement, (source, space, end, at_work))
    return found


def _cut(connection: sqlite3.Connection, space: str, source: str, end: int) -> tuple[int, _Found]:
    """Cut a source out of items with passages of several; return how many, and those emptied."""
    rows = connection.execute(EXTRACTED, (space, end)).fetchall()
    cut: list[tuple[bytes, str, str, int]] = []
    emptied: _Found = []
    for job, n, content in rows:
        said = json.loads(zlib.decompress(content))
        gone = {
            one["id"] for one in said["passages"] if (one.get("session") or one["id"]) == source
        }
        for part in ("passages", "extractions"):
            said[part] = [one for one in said[part] if one["id"] not in gone]
        if gone and said["passages"]:
            words = json.dumps(said, ensure_ascii=False).encode()
            cut.append((zlib.compress(words, 1), _session(said["passages"][0]), job, n))
        elif gone:
            emptied.append((job, n, True))
    connection.executemany(
        "UPDATE item SET content = ?1, key = ?4 || ':' || ?2, error = NULL "
        "WHERE job = ?3 AND n = ?4",
        cut,
    )
    return len(cut), emptied


def _session(passage: Mapping[str, str]) -> str:
    return passage.get("session") or passage["id"]


def _erase(connection: sqlite3.Connection, found: _Found) -> int:
    connection.executemany(
        f"UPDATE item SET content = NULL, key = n || ':', path = NULL, digest = NULL, "
        "receipt = NULL, code = NULL, "
        f"error = iif(state IN {_WAITING} OR state = 'failed', '{DELETED}', NULL), "
        "state = iif(state IN ('pending', 'extracted', 'failed'), 'skipped', state) "
        "WHERE job = ? AND n = ?",
        [(job, n) for job, n, _ in found],
    )
    for job in {job for job, _, _ in found}:
        _settle(connection, job)
    return sum(had_content for _, _, had_content in found)


def _settle(connection: sqlite3.Connection, job: str) -> None:
    """Count anew what is left of a job; one of which nothing waits any more is over."""
    n_waiting, n_failed, n_applied = connection.execute(
        f"SELECT coalesce(sum(state IN {_WAITING}), 0), coalesce(sum(state = 'failed'), 0), "
        "coalesce(sum(state = 'applied'), 0) FROM item WHERE job = ?",
        (job,),
    ).fetchone()
    connection.execute(
        "UPDATE accepted SET waiting = min(waiting, ?), n_failed = min(n_failed, ?), "
        "receipt = NULL WHERE job = ?",
        (bool(n_waiting), n_failed, job),
    )
    if not n_waiting:
        state, error = ("done", None) if n_applied or n_failed else ("cancelled", DELETED)
        connection.execute(
            "UPDATE job SET state = ?1, error = ?2, updated_at = ?3, finished_at = ?3 "
            "WHERE id = ?4 AND state NOT IN ('done', 'cancelled')",
            (state, error, time.time(), job),
        )
