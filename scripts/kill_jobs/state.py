"""What is on disk of a job: what its ledger says, and the graph that it made."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphmem.interop.whole import edges_of, nodes_of, vectors_of
from graphmem.stores.registry import open_store

__all__ = ["differences", "graph_at", "item_rows", "job_states", "n_answers", "n_applied"]

# When something was written down is no part of what it is.
_WHEN = {"recorded_at", "added_at", "created_at", "last_at"}

Graph = dict[tuple[str, ...], str]


def n_applied(store: Path) -> int:
    """Count the items that the ledger calls applied; 0 where there is none yet."""
    return sum(state == "applied" for _, state, _ in item_rows(store))


def item_rows(store: Path) -> list[tuple[str, str, int]]:
    """Return key, state and attempts of each item."""
    return _rows(store, ".jobs", "SELECT key, state, attempts FROM item ORDER BY n")


def job_states(store: Path) -> list[str]:
    """Return the state of each job."""
    return [state for (state,) in _rows(store, ".jobs", "SELECT state FROM job ORDER BY id")]


def n_answers(store: Path) -> int:
    """Count the answers of an LLM that are kept."""
    rows = _rows(store, ".answers", "SELECT count(*) FROM answer")
    return int(rows[0][0]) if rows else 0


def graph_at(store: Path, space: str = "default") -> Graph:
    """Read all nodes, edges and vectors, without when and in which commit they were written."""
    opened = open_store(store)
    try:
        found: Graph = {}
        for node in nodes_of(opened, space):
            values = node.model_dump(mode="json", exclude=_WHEN)
            found["node", node.label, node.uid] = json.dumps(values, sort_keys=True)
        for edge in edges_of(opened, space):
            sources = sorted(edge.sources.items())
            said = json.dumps([edge.role, edge.span, sources])
            found["edge", edge.kind, edge.start, edge.end] = said
        for vector in vectors_of(opened, space):
            found["vector", vector.uid] = vector.values.tobytes().hex()
        return found
    finally:
        opened.close()


def differences(one: Graph, other: Graph) -> list[str]:
    """Say how two graphs differ, a line for each sort of thing; nothing where they are equal."""
    kinds = Counter(
        f"{' '.join(key[:-1][:2])}: "
        + ("differs" if key in one and key in other else "is in one alone")
        for key in one.keys() | other.keys()
        if one.get(key) != other.get(key)
    )
    return [f"{n} times {kind}" for kind, n in sorted(kinds.items())]


def _rows(store: Path, suffix: str, query: str) -> list[tuple[Any, ...]]:
    path = store.with_name(store.name + suffix)
    if not path.exists():
        return []
    with _opened(path) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:  # its tables are being made
            return []


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=30)
    try:
        yield connection
    finally:
        connection.close()
