"""One thing of a space by its uid or its name, or an error that says that it is not there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from graphmem.core.names import normalise_name
from graphmem.core.same import Same, same_as
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphReader
from graphmem_schemas import Entity, Node

# Told to callers of every kind, so in words that are no one's command or call.
_HINTS = {
    "node": "hits and receipts give the uids of those that there are",
    "source": "`MATCH (s:Source {space: $space}) RETURN s.name` lists them by Cypher",
    "entity": "a search for kind entity tells what names there are",
}

__all__ = ["find_entity", "find_exactly", "find_node", "find_source", "merged", "missing"]


def missing(what: str, name: str, space: str) -> NotFound:
    """Return the error that says what is not there, and what tells of those that are.

    Args:
        what: "node", "source" or "entity".
        name: that was asked for.
        space: where.
    """
    return NotFound(f"there is no {what} {name[:80]!r} in space {space!r}: {_HINTS[what]}")


def find_node(reader: GraphReader, space: str, uid: str) -> Node:
    """Return the node.

    Raises:
        InvalidInput: The uid is no string.
        NotFound: The space has no such node.
    """
    if not isinstance(uid, str):
        raise InvalidInput(f"a uid is a string, not {type(uid).__name__}")
    (node,) = reader.get(space, [uid])
    if node is None:
        raise missing("node", uid, space)
    return node


def find_source(reader: GraphReader, space: str, name: str) -> str:
    """Return the uid of the source that was added under the name.

    Raises:
        InvalidInput: The name is no string.
        NotFound: The space has no such source.
    """
    if not isinstance(name, str):
        raise InvalidInput(f"a source's name is a string, not {type(name).__name__}")
    found = reader.find(space, "Source", [name]).get(name, ())
    if not found:
        raise missing("source", name, space)
    return found[0]


def find_exactly(reader: GraphReader, space: str, entity: str) -> str:
    """Return the uid of one entity, whatever was merged with it.

    Args:
        entity: its uid, or a name in any spelling. Where several have the name, the one that
            goes by it first (and not as an alias) is meant.

    Raises:
        InvalidInput: It is no string, or several entities have the name.
        NotFound: The space has no such entity.
    """
    if not isinstance(entity, str):
        raise InvalidInput(f"an entity is named by a string, not {type(entity).__name__}")
    (node,) = reader.get(space, [entity])
    if node is not None:
        return node.uid
    name = normalise_name(entity)
    found = reader.find(space, "Entity", [f"={name}"]).get(f"={name}", ())
    if not found:
        raise missing("entity", entity, space)
    nodes = [one for one in reader.get(space, found) if isinstance(one, Entity)]
    first = [one.uid for one in nodes if one.key == name] or list(found)
    if len(first) > 1:
        raise InvalidInput(
            f"{len(first)} entities have the name {entity[:80]!r}: "
            f"give the uid of one ({', '.join(first[:5])})"
        )
    return first[0]


def find_entity(reader: GraphReader, space: str, entity: str) -> list[str]:
    """Return the uids of an entity and of all that are one with it; it comes first.

    Args:
        entity: its uid, or a name in any spelling.

    Raises:
        InvalidInput: It is no string or no entity, or several entities have the name.
        NotFound: The space has no such entity.
    """
    uid = find_exactly(reader, space, entity)
    (node,) = reader.get(space, [uid])
    if not isinstance(node, Entity):
        raise InvalidInput(f"{uid!r} is no entity")
    return [uid, *(other for other in merged([uid], reader, space).group(uid) if other != uid)]


def merged(uids: Sequence[str], reader: GraphReader, space: str) -> Same:
    """Return which entities are one with some; one read where nothing was merged."""
    return same_as(list(uids), partial(reader.neighbours, space, kinds=("SAME_AS",)))
