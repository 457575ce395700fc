"""Facts that were held back, let out by somebody who knows better."""

from __future__ import annotations

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphReader
from graphmem.writing.carry import carry
from graphmem.writing.scopes import content_of, read_evidence, read_registry, read_scopes, relay
from graphmem_schemas import Node, Proposition

__all__ = ["release"]


def release(uid: str, reader: GraphReader, space: str) -> Changes:
    """Take a quarantined fact at its word from now on, and lay its scope out anew.

    Raises:
        InvalidInput: It is no fact, or none that is quarantined.
        NotFound: The space has no such node.
    """
    (fact,) = reader.get(space, [uid])
    if fact is None:
        raise NotFound(f"there is no node {uid[:80]!r} in space {space!r}")
    if not isinstance(fact, Proposition):
        raise InvalidInput(f"{uid[:80]!r} is a {fact.label}: only facts are quarantined")
    if fact.released:
        return Changes()
    if fact.status != "quarantined":
        raise InvalidInput(
            f"the fact {uid[:80]!r} is {fact.status}: only what is quarantined can be released"
        )
    registry = read_registry(reader, space)
    content = content_of(fact)
    scope = read_scopes([content], reader, space, registry)[registry.scope_of(content)]
    scope.facts[uid] = fact.model_copy(update={"released": True})
    read_evidence([scope], reader, space, frozenset())
    relaid = relay(scope, {})
    laid: dict[str, Node] = {uid: scope.facts[uid], **relaid.facts}
    carried = carry(relaid.remove_nodes, laid, reader, space, says=registry.content_of)
    laid |= {node.uid: node for node in carried.nodes}
    return Changes(
        nodes=tuple(laid.values()),
        edges=(*relaid.edges, *carried.edges),
        remove_nodes=tuple(relaid.remove_nodes),
        remove_sources=tuple(relaid.remove_links),
    )
