"""What a reader asks of one connection: nodes, edges, how many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphmem.core.changes import Counts
from graphmem.stores.sqlite.mapping import mapped
from graphmem.stores.sqlite.rows import decode_node, decode_sources, in_chunks, make_edge
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = [
    "EDGE_COLUMNS", "EDGE_TABLES", "SqliteReader", "edges_of", "joined_sources", "named_sources",
    "sources_beyond", "space_id",
]  # fmt: skip

_SPACE = "(SELECT id FROM space WHERE name = ?)"
EDGE_COLUMNS = (
    "kind.name, start.uid, stop.uid, edge.attributes, edge.sources, edge.seq, edge.id,"
    " edge.n_beyond"
)
# CROSS JOIN keeps SQLite from starting at the tables that only translate ids.
EDGE_TABLES = (
    "edge CROSS JOIN term AS kind ON kind.id = edge.kind"
    " CROSS JOIN node AS start ON start.id = edge.start_node"
    " CROSS JOIN node AS stop ON stop.id = edge.end_node"
)


def space_id(connection: sqlite3.Connection, space: str) -> tuple[int, int] | None:
    """Return the id and the `seq` of a space; None for a space never written."""
    query = "SELECT id, seq FROM space WHERE name = ?"
    row: tuple[int, int] | None = connection.execute(query, (space,)).fetchone()
    return row


def edges_of(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> list[Edge]:
    """Build edges from rows of `EDGE_COLUMNS`, in their order."""
    rows = list(rows)
    # The edges of one source say the same of it, so most texts come again and again.
    named = named_sources(connection, {row[4] for row in rows})
    beyond = sources_beyond(connection, [row[6] for row in rows if row[7]])
    return [
        make_edge(row[:3], row[3], joined_sources(named.get(row[4]), beyond.get(row[6])))
        for row in rows
    ]


def named_sources(
    connection: sqlite3.Connection, texts: Iterable[str]
) -> dict[str, dict[str, float]]:
    """Return what each source contributes, by uid, for texts of `edge.sources`.

    A text that names a source that is not there has no entry, and makes no edge.
    """
    decoded = {text: decode_sources(text) for text in texts}
    ids = {source for weights in decoded.values() for source in weights}
    uids: dict[int, str] = {}
    for marks, chunk in in_chunks(ids):
        uids.update(connection.execute(f"SELECT id, uid FROM source WHERE id IN {marks}", chunk))
    return {
        text: {uids[source]: weight for source, weight in weights.items()}
        for text, weights in decoded.items()
        if weights.keys() <= uids.keys()
    }


def sources_beyond(
    connection: sqlite3.Connection, edges: Iterable[int]
) -> dict[int, dict[str, float]]:
    """Return what sources contribute to edges apart from those that `edge.sources` names."""
    found: dict[int, dict[str, float]] = {}
    for marks, chunk in in_chunks(edges):
        query = (
            "SELECT edge, source.uid, weight FROM contribution INDEXED BY contribution_beyond"
            " CROSS JOIN source ON source.id = contribution.source"
            f" WHERE edge IN {marks} AND weight IS NOT NULL"
        )
        for edge, uid, weight in connection.execute(query, chunk):
            found.setdefault(edge, {})[uid] = weight
    return found


def joined_sources(
    named: dict[str, float] | None, beyond: dict[str, float] | None
) -> dict[str, float] | None:
    """Put the contributions to an edge together, sorted by uid; None where one is not there."""
    if named is None or not beyond:
        return named
    return dict(sorted({**named, **beyond}.items()))


def _of_kinds(terms: Sequence[int] | None) -> str:
    return "" if terms is None else f" AND edge.kind IN ({','.join('?' * len(terms))})"


class SqliteReader:
    """Reads the state that its connection's transaction sees."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        found: dict[str, Node] = {}
        with mapped(self._path):
            for marks, chunk in in_chunks(uids):
                query = (
                    "SELECT node.uid, term.name, node.body FROM node"
                    " CROSS JOIN term ON term.id = node.label"
                    f" WHERE node.space = {_SPACE} AND node.uid IN {marks}"
                )
                for uid, label, body in self._connection.execute(query, (space, *chunk)):
                    found[uid] = decode_node(label, body)
        return [found.get(uid) for uid in uids]

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        found: dict[str, list[str]] = {}
        with mapped(self._path):
            for marks, chunk in in_chunks(keys):
                query = (
                    "SELECT lookup.key, node.uid FROM lookup"
                    " CROSS JOIN node ON node.id = lookup.node"
                    f" WHERE lookup.space = {_SPACE}"
                    " AND lookup.label = (SELECT id FROM term WHERE name = ?)"
                    f" AND lookup.key IN {marks}"
                )
                for key, uid in self._connection.execute(query, (space, label, *chunk)):
                    found.setdefault(key, []).append(uid)
        return {key: tuple(sorted(found[key])) for key in keys if key in found}

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        rows: dict[int, tuple[Any, ...]] = {}
        with mapped(self._path):
            terms = None if kinds is None else self._term_ids(kinds)
            for marks, chunk in in_chunks(uids):
                for row in self._touching(space, marks, chunk, terms):
                    rows[row[6]] = row
            return edges_of(self._connection, sorted(rows.values(), key=lambda row: row[:3]))

    def contributed(
        self, space: str, sources: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that one of the sources contributed to, each once, sorted by key."""
        rows: dict[int, tuple[Any, ...]] = {}
        with mapped(self._path):
            terms = None if kinds is None else self._term_ids(kinds)
            for marks, chunk in in_chunks(sources):
                given = f"(SELECT id FROM source WHERE space = {_SPACE} AND uid IN {marks})"
                query = (
                    f"SELECT {EDGE_COLUMNS} FROM {EDGE_TABLES} WHERE edge.id IN"
                    f" (SELECT edge FROM contribution WHERE source IN {given}){_of_kinds(terms)}"
                )
                values = (space, *chunk, *(terms or ()))
                rows.update((row[6], row) for row in self._connection.execute(query, values))
            return edges_of(self._connection, sorted(rows.values(), key=lambda row: row[:3]))

    def with_in_degree(
        self, space: str, least: Mapping[str, int], kinds: Sequence[EdgeKind]
    ) -> set[str]:
        """Return those of the nodes at which at least so many edges of the kinds end."""
        with mapped(self._path):
            terms = self._term_ids(kinds)
            query = (
                "SELECT 1 FROM edge WHERE end_node ="
                f" (SELECT id FROM node WHERE space = {_SPACE} AND uid = ?){_of_kinds(terms)}"
                " LIMIT 1 OFFSET ?"
            )
            run = self._connection.execute
            return {
                uid
                for uid, n in least.items()
                if run(query, (space, uid, *terms, n - 1)).fetchone()
            }

    def _term_ids(self, names: Sequence[str]) -> list[int]:
        known = dict(self._connection.execute("SELECT name, id FROM term"))
        return sorted({known[name] for name in names if name in known})

    def _touching(
        self, space: str, marks: str, chunk: list[str], terms: list[int] | None
    ) -> list[tuple[Any, ...]]:
        nodes = f"(SELECT id FROM node WHERE space = {_SPACE} AND uid IN {marks})"
        rows: list[tuple[Any, ...]] = []
        for end in ("start_node", "end_node"):
            query = (
                f"SELECT {EDGE_COLUMNS} FROM {EDGE_TABLES} WHERE edge.{end} IN {nodes}"
                f"{_of_kinds(terms)}"
            )
            rows += self._connection.execute(query, (space, *chunk, *(terms or ())))
        return rows

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`. Reads only maintained counters."""
        counts: dict[str, dict[str, int]] = {"node": {}, "edge": {}, "vector": {}}
        with mapped(self._path):
            held = space_id(self._connection, space)
            if held is not None:
                query = (
                    "SELECT tally.sort, coalesce(term.name, ''), tally.n FROM tally"
                    " LEFT JOIN term ON term.id = tally.term"
                    " WHERE tally.space = ? AND tally.n > 0 ORDER BY 1, 2"
                )
                for sort, name, n in self._connection.execute(query, (held[0],)):
                    counts[sort][name] = n
        return Counts(
            seq=held[1] if held else 0,
            nodes=counts["node"],
            edges=counts["edge"],
            n_vectors=counts["vector"].get("", 0),
        )
