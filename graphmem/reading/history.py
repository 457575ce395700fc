"""How a node came to be what it is: the chain of facts, or what was said of an entity."""

from __future__ import annotations

from graphmem.ports import GraphReader
from graphmem.reading.current import facts_about, read_registry, story
from graphmem_schemas import Change, Entity, Node, Proposition

__all__ = ["history"]


def history(node: Node, reader: GraphReader, space: str) -> list[Change]:
    """Return the states of a node, oldest first.

    For a fact: every fact that it superseded, was superseded by or contradicts, along the whole
    chain, and of a relation of which there is one at a time, all that was said of it. For an
    entity: the facts about it. For anything else: the node as it was recorded.
    """
    if isinstance(node, Proposition):
        uids = _chain(node.uid, reader, space)
        if read_registry(reader, space).is_functional(node.predicate):
            told = facts_about([node.subject], node.predicate, reader, space)
            uids = sorted({*uids, *(fact.uid for fact in told)})
    elif isinstance(node, Entity):
        return story(facts_about([node.uid], None, reader, space))
    else:
        return [Change(at=node.recorded_at, what="recorded", node=node)]
    return story(f for f in reader.get(space, uids) if isinstance(f, Proposition))


def _chain(uid: str, reader: GraphReader, space: str) -> list[str]:
    """Every fact that SUPERSEDES or CONTRADICTS joins to this one, directly or not."""
    found, frontier = {uid}, {uid}
    while frontier:
        edges = reader.neighbours(space, sorted(frontier), ["SUPERSEDES", "CONTRADICTS"])
        frontier = {end for edge in edges for end in (edge.start, edge.end)} - found
        found |= frontier
    return sorted(found)
