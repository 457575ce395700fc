"""Handing out a space page by page: in the order of its uids, or of names."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from graphmem.core.changes import EdgeKey
from graphmem.stores.sqlite.reads import space_id
from graphmem.stores.sqlite.rows import decode_node, in_chunks
from graphmem_schemas import Node

__all__ = ["page", "page_by_key"]

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
