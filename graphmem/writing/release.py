"""Facts that were held back, let out by somebody who knows better."""

from __future__ import annotations

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader
from graphmem.writing.laid import changes_of, read_fact
from graphmem.writing.scopes import read_evidence, read_registry, read_scopes, relay

__all__ = ["release"]


def release(uid: str, reader: GraphReader, space: str) -> Changes:
    """Take a quarantined fact at its word from now on, and lay its scope out anew.

    Raises:
        InvalidInput: It is no fact, or none that is quarantined.
        NotFound: The space has no such node.
    """
    fact = read_fact(uid, "quarantined", reader, space)
    if fact.released:
        return Changes()
    if fact.status != "quarantined":
        raise InvalidInput(
            f"the fact {uid[:80]!r} is {fact.status}: only what is quarantined can be released"
        )
    registry = read_registry(reader, space)
    content = registry.content_of(fact)
    scope = read_scopes([content], reader, space, registry)[registry.scope_of(content)]
    scope.facts[uid] = fact.model_copy(update={"released": True})
    read_evidence([scope], reader, space, frozenset())
    return changes_of([relay(scope, {})], registry, reader, space, {uid: scope.facts[uid]})
