"""Handing out a space page by page: in the order of its uids, or of names."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.core.changes import EdgeKey
from graphmem.stores.neo4j.client import Run
from graphmem.stores.neo4j.reads import Neo4jReader, decode_edges
from graphmem.stores.neo4j.rows import chunks, columns, decode_node, index_key
from graphmem.stores.neo4j.statements import ALL_LABELS, page_uids
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_KINDS, Edge, EdgeKind, Node

__all__ = ["page", "page_by_key", "page_of_edges"]

_BATCH_ROWS = 5_000


def page(
    run: Run, space: str, labels: Sequence[str], after: str, limit: int
) -> tuple[list[Node], list[EdgeKey], str | None]:
    """Return the next nodes of the labels, the keys of the edges from them, and where to go on.

    Complexity: up to `limit` entries of an index for each label, the nodes and their edges.
    """
    known = tuple(label for label in Node.registry if label in labels)
    if not known:
        return [], [], None
    rows = run(page_uids(known), space=space, after=after, limit=limit + 1)
    uids = sorted(uid for (uid,) in rows)
    following = uids[limit - 1] if len(uids) > limit else None
    nodes: list[Node] = []
    edges: list[EdgeKey] = []
    for part in chunks(uids[:limit], _BATCH_ROWS):
        nodes += [node for node in Neo4jReader(run).get(space, part) if node is not None]
        statement = text("store/page_edges", labels=known, kinds=EDGE_KINDS)
        found = run(statement, space=space, uids=list(part))
        edges += ((kind, start, end) for kind, start, end in found)
    return nodes, edges, following


def page_by_key(run: Run, space: str, label: str, after: str, limit: int) -> list[Node]:
    """Return the nodes of a label whose first keys come next.

    Keys beyond 1,000 bytes are in the order of their first 40 characters and a digest.

    Complexity: the nodes of the page.
    """
    statement = text("store/page_by_key", label=label)
    rows = run(statement, space=space, after=index_key(after), limit=limit, **columns([label]))
    return [decode_node(label, said) for (said,) in rows]


def page_of_edges(
    run: Run,
    space: str,
    uid: str,
    kinds: Sequence[EdgeKind] | None,
    after: EdgeKey,
    limit: int,
) -> list[Edge]:
    """Return the edges at a node whose keys come next.

    Complexity: the keys of the node's edges, and the edges of the page.
    """
    known = () if kinds is None else tuple(kind for kind in EDGE_KINDS if kind in kinds)
    if kinds is not None and not known:
        return []
    kind, start, stop = after
    rows = run(
        text("store/page_of_edges", labels=ALL_LABELS, kinds=known),
        space=space, uid=uid, kind=kind, start=start, stop=stop, limit=limit,
    )  # fmt: skip
    found: dict[EdgeKey, list[object]] = {
        (kind, start, stop): said for kind, (start, stop, *said) in rows
    }
    return decode_edges(run, space, {key: found[key] for key in sorted(found)})
