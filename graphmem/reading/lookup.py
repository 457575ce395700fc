"""One thing of a space by its uid or its name, or an error that says that it is not there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from graphmem.core.names import normalise_name
from graphmem.core.same import Same, same_as
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphReader
from graphmem_schemas import Entity, Node

__all__ = ["find_entity", "find_node", "find_source", "merged"]


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
        raise NotFound(f"there is no node {uid[:80]!r} in space {space!r}")
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
        raise NotFound(f"there is no source {name!r} in space {space!r}")
    return found[0]


def find_entity(reader: GraphReader, space: str, entity: str) -> list[str]:
    """Return the uids of an entity and of all that were merged with it; it comes first.

    Args:
        entity: its name or an alias, in any spelling, or its uid.

    Raises:
        InvalidInput: It is no string, or several entities that were not merged have the name.
        NotFound: The space has no such entity.
    """
    if not isinstance(entity, str):
        raise InvalidInput(f"an entity is named by a string, not {type(entity).__name__}")
    (node,) = reader.get(space, [entity])
    if isinstance(node, Entity):
        found: tuple[str, ...] = (node.uid,)
    else:
        key = f"={normalise_name(entity)}"
        found = reader.find(space, "Entity", [key]).get(key, ())
    if not found:
        raise NotFound(f"there is no entity {entity[:80]!r} in space {space!r}")
    same = merged(found, reader, space)
    if len({same.root(uid) for uid in found}) > 1:
        raise InvalidInput(
            f"{len(found)} entities have the name {entity[:80]!r}: "
            f"give the uid of one ({', '.join(found[:5])})"
        )
    head = same.head(found[0])
    return [head, *(uid for uid in same.group(head) if uid != head)]


def merged(uids: Sequence[str], reader: GraphReader, space: str) -> Same:
    """Return which entities are one with some; one read where nothing was merged."""
    return same_as(list(uids), partial(reader.neighbours, space, kinds=("SAME_AS",)))
