"""Handing out a space page by page: in the order of its uids, or of names."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from graphmem.core.changes import EdgeKey
from graphmem.stores.sqlite.reads import EDGE_COLUMNS, EDGE_TABLES, edges_of, space_id
from graphmem.stores.sqlite.rows import decode_node, in_chunks
from graphmem_schemas import EDGE_KINDS, Edge, EdgeKind, Node

__all__ = ["page", "page_by_key", "page_of_edges"]

_KEYS_AT = (
    "SELECT start.uid, stop.uid, edge.id FROM edge"
    " CROSS JOIN node AS start ON start.id = edge.start_node"
    " CROSS JOIN node AS stop ON stop.id = edge.end_node"
    " WHERE edge.{end} = :node AND edge.kind = :kind AND (start.uid, stop.uid) > (:start, :stop)"
)
_NEXT_KEYS = " UNION ".join(_KEYS_AT.format(end=end) for end in ("start_node", "end_node"))

# Nodes of other labels that are passed over, before a page ends as it is.
_MOST_LOOKED_AT = 20_000


def page(
    connection: sqlite3.Connection, space: str, labels: Sequence[str], after: str, limit: int
) -> tuple[list[Node], list[EdgeKey], str | None]:
    """Return the next nodes of the labels, the keys of the edges from them, and where to go on.

    Raises:
        StoreCorrupt: A node cannot be read.

    Complexity: the nodes of the page, those of other labels between them up to 20,000, the edges.
    """
    held = space_id(connection, space)
    terms = dict(connection.execute("SELECT id, name FROM term"))
    wanted = ",".join(str(i) for i, name in terms.items() if name in labels)
    if held is None or not wanted:
        return [], [], None
    end = connection.execute(
        "SELECT uid FROM node WHERE space = ? AND uid > ? ORDER BY uid LIMIT 1 OFFSET ?",
        (held[0], after, max(limit, _MOST_LOOKED_AT)),
    ).fetchone()
    until, bounds = (" AND uid <= ?", (after, end[0])) if end else ("", (after,))
    rows = connection.execute(
        "SELECT id, uid, label, body FROM node"
        f" WHERE space = ? AND uid > ?{until} AND label IN ({wanted}) ORDER BY uid LIMIT ?",
        (held[0], *bounds, limit + 1),
    ).fetchall()
    following = rows[limit - 1][1] if len(rows) > limit else end and end[0]
    rows = rows[:limit]
    starts = {row[0]: row[1] for row in rows}
    edges: list[EdgeKey] = []
    for marks, chunk in in_chunks(starts):
        found = connection.execute(
            "SELECT edge.kind, edge.start_node, stop.uid FROM edge"
            " CROSS JOIN node AS stop ON stop.id = edge.end_node"
            f" WHERE edge.start_node IN {marks}",
            chunk,
        )
        edges += ((terms[kind], starts[start], end) for kind, start, end in found)
    return [decode_node(terms[label], body) for _, _, label, body in rows], edges, following


def page_by_key(
    connection: sqlite3.Connection, space: str, label: str, after: str, limit: int
) -> list[Node]:
    """Return the nodes of a label whose keys come next.

    Raises:
        StoreCorrupt: A node cannot be read.

    Complexity: the nodes of the page.
    """
    rows = connection.execute(
        "SELECT node.body FROM lookup CROSS JOIN node ON node.id = lookup.node"
        " WHERE lookup.space = (SELECT id FROM space WHERE name = ?)"
        " AND lookup.label = (SELECT id FROM term WHERE name = ?)"
        " AND lookup.key > ? ORDER BY lookup.key LIMIT ?",
        (space, label, after, limit),
    )
    return [decode_node(label, body) for (body,) in rows]


def page_of_edges(
    connection: sqlite3.Connection,
    space: str,
    uid: str,
    kinds: Sequence[EdgeKind] | None,
    after: EdgeKey,
    limit: int,
) -> list[Edge]:
    """Return the edges at a node whose keys come next.

    Raises:
        StoreCorrupt: An edge cannot be read.

    Complexity: the keys of the node's edges of the kinds on the page, and the edges of the page.
    """
    held = connection.execute(
        "SELECT node.id FROM node JOIN space ON space.id = node.space"
        " WHERE space.name = ? AND node.uid = ?",
        (space, uid),
    ).fetchone()
    if held is None:
        return []
    terms = dict(connection.execute("SELECT name, id FROM term"))
    ids: list[int] = []
    for kind in sorted(EDGE_KINDS if kinds is None else set(kinds)):
        if kind in terms and kind >= after[0] and len(ids) < limit:
            start, stop = after[1:] if kind == after[0] else ("", "")
            named = {"node": held[0], "kind": terms[kind], "start": start, "stop": stop}
            rows = connection.execute(
                f"{_NEXT_KEYS} ORDER BY 1, 2 LIMIT :limit", named | {"limit": limit - len(ids)}
            )
            ids += (row[2] for row in rows)
    found: list[Edge] = []
    for marks, chunk in in_chunks(ids):
        query = f"SELECT {EDGE_COLUMNS} FROM {EDGE_TABLES} WHERE edge.id IN {marks}"
        found += edges_of(connection, connection.execute(query, chunk))
    return sorted(found, key=lambda edge: (edge.kind, edge.start, edge.end))
