"""Statements about items. Each runs inside a transaction of the ledger."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Sequence

from graphmem_pipelines.ledger.rows import (
    ITEM_STATES,
    Item,
    ItemResult,
    ItemState,
    Spent,
    Totals,
)

__all__ = ["counts", "insert", "note_applied", "select", "select_applied", "totals", "update"]

_COLUMNS = (
    "n, key, path, kind, size, content, digest, state, attempts, error, n_passages, dropped, "
    "n_calls, n_cached, prompt_tokens, completion_tokens, cost, code"
)
_MAX_KEYS = 500


def insert(connection: sqlite3.Connection, job: str, found: Sequence[Item]) -> None:
    """Add items that are new; the first of two with one key stays."""
    connection.executemany(
        "INSERT OR IGNORE INTO item (job, n, key, path, kind, size, content, digest, state, "
        "error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                job, item.n, item.key, item.path, item.kind, item.size,
                None if item.content is None else zlib.compress(item.content.encode(), 1),
                item.digest, item.state, item.error,
            )
            for item in found
        ],
    )  # fmt: skip


def select(
    connection: sqlite3.Connection, job: str, states: Sequence[ItemState], after: int, limit: int
) -> list[Item]:
    """Return items in order of their places."""
    marks = ", ".join("?" * len(states))
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM item WHERE job = ? AND n > ? AND state IN ({marks}) "
        "ORDER BY n LIMIT ?",
        (job, after, *states, limit),
    )
    return [_item(row) for row in rows]


def update(connection: sqlite3.Connection, job: str, results: Sequence[ItemResult]) -> None:
    """Write what came of items; what is through needs its content no longer."""
    connection.executemany(
        "UPDATE item SET state = ?1, error = ?2, "
        "attempts = attempts + (?1 = 'extracting'), "
        "n_passages = max(n_passages, ?3), "
        # What an earlier attempt left out counts no more once a later one is through.
        "dropped = CASE WHEN ?1 = 'applied' THEN ?4 ELSE coalesce(?4, dropped) END, "
        "n_calls = n_calls + ?5, n_cached = n_cached + ?6, prompt_tokens = prompt_tokens + ?7, "
        "completion_tokens = completion_tokens + ?8, "
        # An unknown price stays unknown.
        "cost = CASE WHEN ?9 IS NULL OR (cost IS NULL AND n_calls > 0) THEN NULL "
        "ELSE coalesce(cost, 0) + ?9 END, "
        "content = CASE WHEN ?1 IN ('applied', 'skipped') AND ?12 THEN NULL ELSE content END, "
        "whole = ?12, digest = coalesce(?13, digest), code = ?14 WHERE job = ?10 AND n = ?11",
        [
            (
                one.state, one.error, one.n_passages,
                json.dumps(dict(one.dropped)) if one.dropped else None,
                one.spent.n_calls, one.spent.n_cached, one.spent.prompt_tokens,
                one.spent.completion_tokens, one.spent.cost, job, one.n, one.whole, one.digest,
                one.code,
            )
            for one in results
        ],
    )  # fmt: skip


def note_applied(
    connection: sqlite3.Connection, job: str, results: Sequence[ItemResult], recipe: str
) -> None:
    """Note with which content and recipe sources were applied.

    What lacks something is noted as well, with a recipe that nothing is made by: it is there, and
    it is not unchanged.
    """
    connection.executemany(
        "INSERT OR REPLACE INTO applied (space, key, digest, recipe) "
        "SELECT job.space, item.key, item.digest, ? FROM item JOIN job ON job.id = item.job "
        "WHERE item.job = ? AND item.n = ? AND item.digest IS NOT NULL",
        [(recipe if one.whole else "", job, one.n) for one in results if one.state == "applied"],
    )


def select_applied(
    connection: sqlite3.Connection, space: str, keys: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Return digest and recipe by key."""
    found: dict[str, tuple[str, str]] = {}
    for at in range(0, len(keys), _MAX_KEYS):
        some = keys[at : at + _MAX_KEYS]
        marks = ", ".join("?" * len(some))
        rows = connection.execute(
            f"SELECT key, digest, recipe FROM applied WHERE space = ? AND key IN ({marks})",
            (space, *some),
        )
        found.update((key, (digest, recipe)) for key, digest, recipe in rows)
    return found


def counts(connection: sqlite3.Connection, job: str) -> dict[ItemState, int]:
    """Count the items of a job in each state, from an index alone; 0 where there is none."""
    found: dict[ItemState, int] = dict.fromkeys(ITEM_STATES, 0)
    found.update(
        connection.execute(
            "SELECT state, count(*) FROM item WHERE job = ? GROUP BY state", (job,)
        ).fetchall()
    )
    return found


def totals(connection: sqlite3.Connection, job: str) -> Totals:
    """Count the items of a job and what they took."""
    counts: dict[ItemState, int] = dict.fromkeys(ITEM_STATES, 0)
    spent, n_passages, n_partial = Spent(), 0, 0
    rows = connection.execute(
        "SELECT state, count(*), sum(n_passages), sum(n_calls), sum(n_cached), "
        "sum(prompt_tokens), sum(completion_tokens), sum(cost), "
        "sum(n_calls > 0 AND cost IS NULL), sum(NOT whole) FROM item WHERE job = ? "
        "GROUP BY state",
        (job,),
    )
    for state, n, passages, calls, cached, asked, said, cost, n_unknown, lacking in rows:
        counts[state] = n
        n_passages += passages
        n_partial += lacking if state == "applied" else 0
        spent += Spent(calls, cached, asked, said, None if n_unknown else cost or 0.0)
    dropped: Counter[str] = Counter()
    for (row,) in connection.execute(
        "SELECT dropped FROM item WHERE job = ? AND dropped IS NOT NULL", (job,)
    ):
        dropped.update(json.loads(row))
    return Totals(counts, n_passages, dict(dropped), spent, n_partial)


def _item(row: Sequence[object]) -> Item:
    n, key, path, kind, size, content, digest, state, attempts, error, passages, *rest = row
    dropped, calls, cached, asked, said, cost, code = rest
    return Item(
        n, key, path, kind, size,  # type: ignore[arg-type]  # as the table declares them
        zlib.decompress(content).decode() if isinstance(content, bytes) else None,
        digest, state, attempts, error, passages,  # type: ignore[arg-type]
        json.loads(dropped) if isinstance(dropped, str) else {},
        Spent(calls, cached, asked, said, cost if calls else 0.0),  # type: ignore[arg-type]
        code,  # type: ignore[arg-type]
    )  # fmt: skip
