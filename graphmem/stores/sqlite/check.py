"""What `graphmem doctor` asks of a file: is everything there that the rest relies on?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from graphmem.errors import StoreError
from graphmem.stores.sqlite.rows import decode_attributes, decode_node, decode_sources

__all__ = ["problems"]

_LIMIT = 20

# Each query returns rows that should not be; the sentence says what they mean.
_RULES: tuple[tuple[str, str], ...] = (
    (
        "SELECT edge.id FROM edge LEFT JOIN node AS a ON a.id = start_node"
        " LEFT JOIN node AS b ON b.id = end_node WHERE a.id IS NULL OR b.id IS NULL",
        "edge {0} starts or ends at a node that is gone",
    ),
    (
        "SELECT edge.id FROM edge JOIN node AS a ON a.id = start_node JOIN node AS b"
        " ON b.id = end_node WHERE a.space <> edge.space OR b.space <> edge.space",
        "edge {0} crosses from one space into another",
    ),
    (
        "SELECT vector.node FROM vector LEFT JOIN node ON node.id = vector.node"
        " WHERE node.id IS NULL OR node.space <> vector.space",
        "vector {0} belongs to no node of its space",
    ),
    (
        "SELECT key, lookup.node FROM lookup LEFT JOIN node ON node.id = lookup.node"
        " WHERE node.id IS NULL OR node.space <> lookup.space OR node.label <> lookup.label",
        "lookup key {0!r} leads to node {1}, which is gone or another",
    ),
    (
        "SELECT source, edge FROM contribution LEFT JOIN edge ON edge.id = contribution.edge"
        " WHERE edge.id IS NULL",
        "source {0} is said to contribute to edge {1}, which is gone",
    ),
    (
        "SELECT space.name, found.newest FROM space JOIN (SELECT space, max(seq) AS newest FROM"
        " (SELECT space, seq FROM node UNION ALL SELECT space, seq FROM edge"
        " UNION ALL SELECT space, seq FROM vector) GROUP BY space) AS found"
        " ON found.space = space.id WHERE found.newest > space.seq",
        "space {0!r} has rows of commit {1}, which it never finished",
    ),
    (
        "SELECT space.name, space.seq FROM space WHERE seq > (SELECT seq FROM state)",
        "space {0!r} is at commit {1}, which the store never made",
    ),
)

_COUNTED = (
    "SELECT space, 'node' AS sort, label AS term, count(*) AS n FROM node GROUP BY 1, 3"
    " UNION ALL SELECT space, 'edge', kind, count(*) FROM edge GROUP BY 1, 3"
    " UNION ALL SELECT space, 'vector', 0, count(*) FROM vector GROUP BY 1"
)
_LOOKUP = "SELECT 1 FROM lookup WHERE space = ? AND label = ? AND key = ? AND node = ?"
_CONTRIBUTION = "SELECT 1 FROM contribution WHERE source = ? AND edge = ? AND weight IS NULL"
_BEYOND = "SELECT count(*) FROM contribution WHERE edge = ? AND weight IS NOT NULL"


def problems(connection: sqlite3.Connection, path: Path) -> list[str]:
    """Return what is wrong with the file as sentences; an empty list is a sound file.

    Complexity: reads everything; seconds per million rows.
    """
    found: list[str] = []
    try:
        connection.execute("BEGIN")
        for rows in (_pages, _rules, _tallies, _bodies, _edges):
            for problem in rows(connection):
                found.append(problem)
                if len(found) >= _LIMIT:
                    return [*found, f"{path}: there may be more; these are the first {_LIMIT}"]
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        found.append(f"{path} cannot be read to its end: {error}")
    return found


def _pages(connection: sqlite3.Connection) -> Iterator[str]:
    """Ask SQLite itself; it compares every index with its table."""
    for (line,) in connection.execute(f"PRAGMA integrity_check({_LIMIT})"):
        if line != "ok":
            yield f"SQLite finds damage: {line}"
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of table {table} refers to a row of {parent} that is gone"


def _rules(connection: sqlite3.Connection) -> Iterator[str]:
    for query, sentence in _RULES:
        for row in connection.execute(query):
            yield sentence.format(*row)


def _tallies(connection: sqlite3.Connection) -> Iterator[str]:
    counted = {row[:3]: row[3] for row in connection.execute(_COUNTED)}
    kept = {row[:3]: row[3] for row in connection.execute("SELECT * FROM tally")}
    for key in sorted(counted.keys() | kept.keys()):
        real, said = counted.get(key, 0), kept.get(key, 0)
        if real != said:
            space, sort, term = key
            yield f"space {space} has {real} rows of {sort} {term}, but its counter says {said}"


def _bodies(connection: sqlite3.Connection) -> Iterator[str]:
    """Read every node, and see that it is found by its keys and by no others."""
    query = (
        "SELECT node.id, space, uid, label, name, body FROM node"
        " LEFT JOIN term ON term.id = node.label ORDER BY node.id"
    )
    n_keys = 0
    for i, space, uid, label, name, body in connection.execute(query):
        try:
            node = decode_node(str(name), body)
        except StoreError as error:
            yield f"node {i}: {error}"
            continue
        if node.uid != uid:
            yield f"node {i}: its body says that it is {node.uid}, not {uid}"
        keys = set(node.lookup_keys)
        n_keys += len(keys)
        if not all(_exists(connection, _LOOKUP, (space, label, key, i)) for key in keys):
            yield f"node {i} ({name} {uid}) is not found by all of its keys"
    (n_kept,) = connection.execute("SELECT count(*) FROM lookup").fetchone()
    if n_kept != n_keys:
        yield f"there are {n_kept} lookup keys, but the nodes have {n_keys}"


def _edges(connection: sqlite3.Connection) -> Iterator[str]:
    """Read every edge, and see that each of its sources knows of it."""
    query = "SELECT id, attributes, sources, n_beyond FROM edge ORDER BY id"
    n_given = 0
    for i, attributes, sources, n_beyond in connection.execute(query):
        try:
            decode_attributes(attributes)
            weights = decode_sources(sources)
        except StoreError as error:
            yield f"edge {i}: {error}"
            continue
        n_given += len(weights) + n_beyond
        given = all(_exists(connection, _CONTRIBUTION, (source, i)) for source in weights)
        (n_kept,) = connection.execute(_BEYOND, (i,)).fetchone() if n_beyond else (0,)
        if not (weights or n_beyond) or not given or n_kept != n_beyond:
            yield f"edge {i} and its sources do not agree"
    (n_kept,) = connection.execute("SELECT count(*) FROM contribution").fetchone()
    if n_kept != n_given:
        yield f"there are {n_kept} contributions, but the edges name {n_given}"


def _exists(connection: sqlite3.Connection, query: str, values: tuple[object, ...]) -> bool:
    return connection.execute(query, values).fetchone() is not None
