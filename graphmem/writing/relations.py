"""The stage that says facts as the space keeps them: under one name, from one end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphmem.core.extraction import PropositionDraft
from graphmem.core.registry import Registry
from graphmem.writing.drafting import Place
from graphmem.writing.uses import names_entity
from graphmem.writing.wording import worded

__all__ = ["relate"]


def relate(places: Sequence[Place], registry: Registry) -> list[Place]:
    """Return the places with their facts under the names of the relations that were defined.

    What is said from the other end ("the box contains the knife") is turned round, and what has
    values for objects gets no entity for them. The words stay as they were said.
    """
    if registry.plain:
        return list(places)
    return [_related(place, registry) for place in places]


def _related(place: Place, registry: Registry) -> Place:
    facts = tuple(_kept(fact, registry) for fact in place.extraction.propositions)
    return replace(place, extraction=replace(place.extraction, propositions=facts))


def _kept(fact: PropositionDraft, registry: Registry) -> PropositionDraft:
    name = registry.names.get(fact.predicate, fact.predicate)
    subject, obj = fact.subject, fact.object
    if fact.predicate in registry.inverses:
        if not names_entity(obj):
            return fact
        subject, obj = obj._replace(role="subject"), subject._replace(role="object")
    if registry.is_literal(name):
        obj = obj._replace(literal=True)
    if (name, subject, obj) == (fact.predicate, fact.subject, fact.object):
        return fact
    return fact._replace(predicate=name, subject=subject, object=obj, text=worded(fact))
