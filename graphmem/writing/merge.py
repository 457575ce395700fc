"""Merging two entities and undoing it: an edge and nothing else.

No fact, event or passage is moved, so that an undone merge leaves both as they were. Reads follow
the edge (`graphmem.core.same`).
"""

from __future__ import annotations

from graphmem.core.changes import Changes
from graphmem.core.same import merge_key
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphReader, GraphStore
from graphmem_schemas import Edge, Entity

__all__ = ["are_apart", "forget_apart", "merge", "set_apart", "undo"]


def merge(uid: str, into: str, reader: GraphReader, space: str) -> Changes:
    """Say that two entities are one; saying it again changes nothing.

    Args:
        uid: the one that is read as the other from now on.
        into: the other.
        reader: the store as it is now.
        space: the space.

    Raises:
        InvalidInput: They are the same node, or one of them is no entity.
        NotFound: The space has no such node.
    """
    _check(uid, into, reader, space)
    edge = Edge(kind="SAME_AS", start=uid, end=into, sources={merge_key(uid, into): 1.0})
    between = _between(uid, into, reader, space)
    if any(
        known.start == uid and edge.sources.keys() <= known.sources.keys() for known in between
    ):
        return Changes()
    # The other way round it was merged before: only the last word counts.
    return Changes(edges=(edge,), remove_sources=tuple(edge.sources) if between else ())


def undo(one: str, other: str, reader: GraphReader, space: str) -> Changes:
    """Say that two entities are two again, whoever merged them.

    Raises:
        InvalidInput: They are the same node, or one of them is no entity.
        NotFound: The space has no such node, or they were not merged with each other.
    """
    _check(one, other, reader, space)
    between = _between(one, other, reader, space)
    if not between:
        raise NotFound(
            f"{one!r} and {other!r} were not merged with each other; "
            "each merge of a chain is undone by itself"
        )
    keys = {key for edge in between for key in edge.sources}
    return Changes(remove_sources=tuple(sorted(keys)))


def set_apart(store: GraphStore, space: str, one: str, other: str, *, apart: bool) -> None:
    """Keep in mind that somebody said that two entities are two, or no longer.

    It is no part of the graph, so that an undone merge leaves nothing there.
    """
    if apart != are_apart(store, space, one, other):
        store.write_meta(_apart_key(space, one, other), _mark(store, space) if apart else "")


def are_apart(store: GraphStore, space: str, one: str, other: str) -> bool:
    """Whether somebody said that two entities are two."""
    said = store.read_meta(_apart_key(space, one, other))
    return bool(said) and said == _mark(store, space)


def forget_apart(store: GraphStore, space: str) -> None:
    """Let nothing hold of what was said of the entities of a space: it was deleted.

    A store lists no marks, so each says since which deletion it holds.
    """
    store.write_meta(_emptied_key(space), str(store.seq(space)))


def _mark(store: GraphStore, space: str) -> str:
    """Return what a mark of this space says that still holds."""
    emptied = store.read_meta(_emptied_key(space))
    return f"apart {emptied}" if emptied else "apart"


def _emptied_key(space: str) -> str:
    return f"emptied {space}"


def _apart_key(space: str, one: str, other: str) -> str:
    return f"apart {content_uid(space, min(one, other), max(one, other))}"


def _check(one: str, other: str, reader: GraphReader, space: str) -> None:
    if one == other:
        raise InvalidInput(f"{one!r} is one entity: name two")
    for uid, node in zip((one, other), reader.get(space, [one, other]), strict=True):
        if node is None:
            raise NotFound(f"there is no node {uid[:80]!r} in space {space!r}")
        if not isinstance(node, Entity):
            raise InvalidInput(f"{uid!r} is a {node.label}: only entities are merged")


def _between(one: str, other: str, reader: GraphReader, space: str) -> list[Edge]:
    edges = reader.neighbours(space, [one], ["SAME_AS"])
    return [edge for edge in edges if {edge.start, edge.end} == {one, other}]
