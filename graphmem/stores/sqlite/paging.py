"""Handing out a space page by page, in the order of its uids."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from graphmem.core.changes import EdgeKey
from graphmem.stores.sqlite.reads import space_id
from graphmem.stores.sqlite.rows import decode_node, in_chunks
from graphmem_schemas import Node

__all__ = ["page"]


def page(
    connection: sqlite3.Connection, space: str, labels: Sequence[str], after: str, limit: int
) -> tuple[list[Node], list[EdgeKey]]:
    """Return the next nodes of the labels, and the keys of the edges that start at them.

    Raises:
        StoreCorrupt: A node cannot be read.

    Complexity: the nodes of the page and of other labels between them, and the edges.
    """
    held = space_id(connection, space)
    terms = dict(connection.execute("SELECT id, name FROM term"))
    wanted = ",".join(str(i) for i, name in terms.items() if name in labels)
    if held is None or not wanted:
        return [], []
    rows = connection.execute(
        "SELECT id, uid, label, body FROM node"
        f" WHERE space = ? AND uid > ? AND label IN ({wanted}) ORDER BY uid LIMIT ?",
        (held[0], after, limit),
    ).fetchall()
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
    return [decode_node(terms[label], body) for _, _, label, body in rows], edges
