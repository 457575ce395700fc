"""The change feed: what a view reads to catch up, in batches that end where a commit ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from graphmem.core.changes import ChangeBatch
from graphmem.stores.sqlite.reads import EDGE_COLUMNS, EDGE_TABLES, edges_of, space_id
from graphmem.stores.sqlite.rows import decode_node, decode_vector

__all__ = ["BATCH_ROWS", "Wanted", "next_batch"]

BATCH_ROWS = 5_000

_SPAN = "space = ? AND seq > ? AND seq <= ?"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the feed asked for."""

    labels: Sequence[str]
    kinds: Sequence[str]
    vectors: bool


def next_batch(
    connection: sqlite3.Connection, space: str, after: int, wanted: Wanted
) -> ChangeBatch | None:
    """Read the next batch inside one read transaction; None where nothing is newer.

    A row that a writer changes between two batches moves to a later `seq`, so it still comes;
    the batch that reaches the space's newest commit completes one consistent state.

    Complexity: the rows of the batch, whatever the size of the store.
    """
    held = space_id(connection, space)
    if held is None or held[1] <= after:
        return None
    reader = _FeedReader(connection, held[0], wanted)
    return reader.batch(after, reader.end(after, held[1]))


class _FeedReader:
    def __init__(self, connection: sqlite3.Connection, space: int, wanted: Wanted) -> None:
        self._connection = connection
        self._space = space
        terms = dict(connection.execute("SELECT name, id FROM term"))
        self._labels = _in_terms("label", wanted.labels, terms)
        self._kinds = _in_terms("kind", wanted.kinds, terms)
        self._vectors = wanted.vectors

    def end(self, after: int, newest: int) -> int:
        """Return the commit at which a full batch ends."""
        sorts = [("removed_node", ""), ("removed_edge", "")]
        sorts += [("node", self._labels)] if self._labels else []
        sorts += [("edge", self._kinds)] if self._kinds else []
        sorts += [("vector", "")] if self._vectors else []
        for table, condition in sorts:
            query = (
                f"SELECT seq FROM {table} INDEXED BY {table}_by_seq WHERE {_SPAN}{condition}"
                f" ORDER BY seq LIMIT 1 OFFSET {BATCH_ROWS - 1}"
            )
            row = self._connection.execute(query, (self._space, after, newest)).fetchone()
            newest = row[0] if row else newest
        return newest

    def batch(self, after: int, last: int) -> ChangeBatch:
        span = (self._space, after, last)
        return ChangeBatch(
            seq=last,
            nodes=tuple(decode_node(*row) for row in self._node_rows(span)),
            edges=tuple(edges_of(self._connection, self._edge_rows(span))),
            vectors=tuple(decode_vector(*row) for row in self._vector_rows(span)),
            removed_nodes=tuple(uid for (uid,) in self._removed_nodes(span)),
            removed_edges=tuple(self._removed_edges(span)),
        )

    def _node_rows(self, span: tuple[int, int, int]) -> list[tuple[Any, ...]]:
        if not self._labels:
            return []
        query = (
            "SELECT term.name, body FROM node INDEXED BY node_by_seq"
            f" CROSS JOIN term ON term.id = node.label WHERE {_SPAN}{self._labels}"
            " ORDER BY seq, uid"
        )
        return self._connection.execute(query, span).fetchall()

    def _edge_rows(self, span: tuple[int, int, int]) -> list[tuple[Any, ...]]:
        if not self._kinds:
            return []
        query = (
            f"SELECT {EDGE_COLUMNS} FROM {EDGE_TABLES.replace('edge', _INDEXED_EDGE, 1)}"
            f" WHERE edge.space = ? AND edge.seq > ? AND edge.seq <= ?{self._kinds}"
        )
        rows = self._connection.execute(query, span).fetchall()
        return sorted(rows, key=_BY_COMMIT)

    def _vector_rows(self, span: tuple[int, int, int]) -> list[tuple[str, bytes]]:
        if not self._vectors:
            return []
        query = (
            "SELECT node.uid, vector.floats FROM vector INDEXED BY vector_by_seq"
            " CROSS JOIN node ON node.id = vector.node"
            " WHERE vector.space = ? AND vector.seq > ? AND vector.seq <= ?"
            " ORDER BY vector.seq, node.uid"
        )
        return self._connection.execute(query, span).fetchall()

    def _removed_nodes(self, span: tuple[int, int, int]) -> list[tuple[str]]:
        query = f"SELECT uid FROM removed_node WHERE {_SPAN} ORDER BY uid"
        return self._connection.execute(query, span).fetchall()

    def _removed_edges(self, span: tuple[int, int, int]) -> list[tuple[Any, ...]]:
        query = (
            "SELECT term.name, start_uid, end_uid FROM removed_edge"
            f" CROSS JOIN term ON term.id = removed_edge.kind WHERE {_SPAN} ORDER BY 1, 2, 3"
        )
        return self._connection.execute(query, span).fetchall()


_BY_COMMIT = itemgetter(5, 0, 1, 2)
_INDEXED_EDGE = "edge INDEXED BY edge_by_seq"


def _in_terms(column: str, names: Sequence[str], terms: dict[str, int]) -> str:
    """Return a condition on ids of this file (so no text of a caller), or "" for no term."""
    ids = sorted({terms[name] for name in names if name in terms})
    table = "node" if column == "label" else "edge"
    return f" AND {table}.{column} IN ({','.join(map(str, ids))})" if ids else ""
