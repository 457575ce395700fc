"""One thing of a space by its uid or its name, or an error that says that it is not there."""

from __future__ import annotations

from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphReader
from graphmem_schemas import Node

__all__ = ["find_node", "find_source"]


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
