"""A graph as somebody looks at it: page by page, or what is around some nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from heapq import nsmallest
from typing import cast

from graphmem.core.changes import EdgeKey
from graphmem.core.cursors import read_cursor, write_cursor
from graphmem.errors import NotFound
from graphmem.ports import GraphReader, GraphStore, PageReader
from graphmem.reading.drawn import Moments, drawn
from graphmem_schemas import (
    Edge,
    EdgeKind,
    GraphNode,
    GraphPage,
    NeighbourPage,
    Node,
    Source,
    SourcePage,
)

__all__ = ["around", "graph_page", "neighbour_page", "source_page"]

_HOP = 500
_KEY = ("", "", "")


def graph_page(
    store: GraphStore,
    space: str,
    labels: Collection[str],
    moments: Moments,
    limit: int,
    cursor: str | None,
) -> GraphPage:
    """Return the next nodes of a space by uid, with the edges that start at them.

    What is there all the time comes on exactly one page, whatever is written in between.

    Args:
        store: the truth.
        space: the space.
        labels: of the nodes that are wanted.
        moments: when.
        limit: how many nodes are looked at.
        cursor: `next` of the page before.

    Raises:
        InvalidInput: The cursor is none.
    """
    after = read_cursor(cursor, ("",))
    seq = store.seq(space)
    found, edges, last = _next(store, space, labels, str(after[0]) if after else "", limit)
    page = _page(seq, drawn(found, moments), edges, whole=True)
    return page.model_copy(update={"next": write_cursor(last) if last is not None else None})


def source_page(store: GraphStore, space: str, limit: int, cursor: str | None) -> SourcePage:
    """Return the next sources of a space by name.

    Raises:
        InvalidInput: The cursor is none.
    """
    after = read_cursor(cursor, ("",))
    name = str(after[0]) if after else ""
    if isinstance(store, PageReader):
        found = store.page_by_key(space, Source.label, name, limit + 1)
        named = [node for node in found if isinstance(node, Source)]
    else:
        nodes = _all(store, space, (Source.label,)).values()
        every = [one for one in nodes if isinstance(one, Source) and one.name > name]
        named = nsmallest(limit + 1, every, key=lambda one: one.name)
    shown = tuple(named[:limit])
    following = write_cursor(shown[-1].name) if len(named) > limit else None
    return SourcePage(sources=shown, next=following)


def around(  # noqa: PLR0913  # what there is room for, in all directions
    store: GraphStore,
    space: str,
    uids: Sequence[str],
    labels: Collection[str],
    moments: Moments,
    limit: int,
    hops: int,
) -> GraphPage:
    """Return some nodes with what is up to so many edges away, and the edges among all of these.

    Where there is more than there is room for, what is nearer comes first, and of what is as
    near, what more weight leads to.

    Raises:
        NotFound: The space has none of the nodes.
    """
    seq = store.seq(space)
    nodes = {node.uid: node for node in store.get(space, uids) if node is not None}
    if not nodes:
        raise NotFound(f"space {space!r} has none of the nodes {', '.join(uids)[:200]}")
    edges: dict[EdgeKey, Edge] = {}
    frontier, cut = list(nodes), False
    for _ in range(hops):
        reached = _step(store, space, frontier, edges, nodes)
        there = [node for node in store.get(space, reached) if node is not None]
        there = [node for node in there if node.label in labels]
        room = limit - len(nodes)
        cut = cut or len(there) > room
        there = there[: max(0, room)]
        nodes.update((node.uid, node) for node in there)
        frontier = [node.uid for node in there]
        if not frontier:
            break
    _step(store, space, frontier, edges, nodes)
    ordered = [nodes[uid] for uid in sorted(nodes)]
    page = _page(seq, drawn(ordered, moments), edges, whole=False)
    return page.model_copy(update={"cut": cut})


def neighbour_page(  # noqa: PLR0913  # a listing, with its place and its page
    store: GraphStore,
    space: str,
    uid: str,
    kinds: Sequence[EdgeKind] | None,
    moments: Moments,
    limit: int,
    cursor: str | None,
) -> NeighbourPage:
    """Return the next edges of a node, in the order of their keys, with their other ends.

    Raises:
        InvalidInput: The cursor is none.
    """
    after = cast("EdgeKey", read_cursor(cursor, _KEY) or _KEY)
    if isinstance(store, PageReader):
        rest = store.page_of_edges(space, uid, kinds, after, limit + 1)
    else:
        found = store.neighbours(space, [uid], kinds)
        rest = [edge for edge in found if _key(edge) > after]
    edges = rest[:limit]
    ends = sorted({end for edge in edges for end in (edge.start, edge.end)} - {uid})
    nodes = [node for node in store.get(space, ends) if node is not None]
    return NeighbourPage(
        uid=uid,
        edges=tuple(edges),
        nodes=tuple(drawn(nodes, moments)),
        next=write_cursor(*_key(edges[-1])) if len(rest) > limit else None,
    )


def _next(
    store: GraphStore, space: str, labels: Collection[str], after: str, limit: int
) -> tuple[list[Node], list[EdgeKey], str | None]:
    """Return the next nodes, the edges that start at them, and the uid to go on after.

    O(nodes of the labels), where the store cannot tell pages itself.
    """
    if isinstance(store, PageReader):
        return store.page(space, tuple(labels), after, limit)
    found = _all(store, space, labels)
    uids = nsmallest(limit + 1, (uid for uid in found if uid > after))
    nodes = {uid: found[uid] for uid in uids[:limit]}
    edges: list[EdgeKey] = [
        (edge.kind, edge.start, edge.end)
        for chunk in map(frozenset, _chunks(list(nodes)))
        for edge in store.neighbours(space, sorted(chunk))
        if edge.start in chunk
    ]
    return list(nodes.values()), edges, uids[limit - 1] if len(uids) > limit else None


def _all(store: GraphStore, space: str, labels: Collection[str]) -> dict[str, Node]:
    """Return every node of the labels by its uid."""
    found: dict[str, Node] = {}
    for batch in store.changes(space, 0, labels=tuple(labels)):
        for uid in batch.removed_nodes:
            found.pop(uid, None)
        found.update((node.uid, node) for node in batch.nodes)
    return found


def _step(
    reader: GraphReader,
    space: str,
    frontier: Sequence[str],
    edges: dict[EdgeKey, Edge],
    nodes: Collection[str],
) -> list[str]:
    """Take in the edges at the frontier; return what they lead to, most weight first."""
    weights: dict[str, float] = {}
    for chunk in _chunks(frontier):
        for edge in reader.neighbours(space, chunk):
            edges[_key(edge)] = edge
            for end in (edge.start, edge.end):
                if end not in nodes:
                    weights[end] = weights.get(end, 0.0) + edge.weight
    return sorted(weights, key=lambda uid: (-weights[uid], uid))


def _page(
    seq: int, nodes: Iterable[GraphNode], edges: Iterable[EdgeKey], *, whole: bool
) -> GraphPage:
    """Return nodes with their edges; those that lead elsewhere only where that is wanted."""
    shown = tuple(nodes)
    at = {node.uid: row for row, node in enumerate(shown)}
    n_shown = len(at)
    kinds: dict[EdgeKind, int] = {}
    rows = []
    for kind, start, end in sorted(edges):
        if start not in at or at[start] >= n_shown or (end not in at and not whole):
            continue
        place = at.setdefault(end, len(at))
        rows.append((kinds.setdefault(kind, len(kinds)), at[start], place))
    return GraphPage.model_construct(
        seq=seq,
        nodes=shown,
        outside=tuple(at)[n_shown:],
        kinds=tuple(kinds),
        edges=tuple(rows),
    )


def _key(edge: Edge) -> EdgeKey:
    return edge.kind, edge.start, edge.end


def _chunks(uids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (uids[at : at + _HOP] for at in range(0, len(uids), _HOP))
