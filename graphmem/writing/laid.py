"""Scopes laid out anew → the change that stores them, with all that hangs on their facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem.core.changes import Changes
from graphmem.core.registry import Registry
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphReader
from graphmem.writing.carry import carry
from graphmem.writing.scopes import Relaid
from graphmem_schemas import Node, Proposition

__all__ = ["changes_of", "read_fact"]


def changes_of(
    relaid: Sequence[Relaid],
    registry: Registry,
    reader: GraphReader,
    space: str,
    also: Mapping[str, Node] | None = None,
) -> Changes:
    """Return what to store of scopes that were laid out anew; three reads at most.

    Args:
        relaid: the scopes.
        registry: what the space knows of relations.
        reader: the store as it is now.
        space: the space.
        also: nodes that are put, too, where the layout has no newer word on them.
    """
    removed = tuple(uid for one in relaid for uid in one.remove_nodes)
    laid = {uid: node for uid, node in (also or {}).items() if uid not in removed}
    for one in relaid:
        laid |= one.facts
    carried = carry(removed, laid, reader, space, says=registry.content_of)
    laid |= {node.uid: node for node in carried.nodes}
    return Changes(
        nodes=tuple(laid.values()),
        edges=(*(edge for one in relaid for edge in one.edges), *carried.edges),
        remove_nodes=removed,
        remove_sources=tuple(key for one in relaid for key in one.remove_links),
    )


def read_fact(uid: str, what: str, reader: GraphReader, space: str) -> Proposition:
    """Return a stored fact.

    Args:
        uid: of a node.
        what: is done to facts only: "retired".

    Raises:
        InvalidInput: It is no fact.
        NotFound: The space has no such node.
    """
    (fact,) = reader.get(space, [uid])
    if fact is None:
        raise NotFound(f"there is no node {uid[:80]!r} in space {space!r}")
    if not isinstance(fact, Proposition):
        raise InvalidInput(f"{uid[:80]!r} is a {fact.label}: only facts (Proposition) are {what}")
    return fact
