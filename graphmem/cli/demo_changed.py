"""The demo's fact that changed: the old one, the new one, and the words that each rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphmem.cli.demo_texts import ChangedFact
from graphmem.core.names import normalise_name
from graphmem.core.registry import ENGLISH
from graphmem.ports import GraphStore
from graphmem_schemas import Passage, Proposition

__all__ = ["FactChange", "find_change"]


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact that another superseded; both are still in the memory."""

    old: Proposition
    new: Proposition
    old_evidence: tuple[Passage, ...]
    new_evidence: tuple[Passage, ...]


def find_change(store: GraphStore, space: str, wanted: ChangedFact) -> FactChange | None:
    """Return the wanted change as the memory has it, None where it did not see one."""
    key = f"={normalise_name(wanted.subject)}"
    for subject in store.find(space, "Entity", [key]).get(key, ()):
        # The change may be told in other words: who moves to a place lives there.
        scopes = [f"{subject} {predicate}" for predicate in ENGLISH.family_of(wanted.predicate)]
        found = store.find(space, "Proposition", scopes)
        uids = sorted({uid for scope in scopes for uid in found.get(scope, ())})
        facts = [node for node in store.get(space, uids) if isinstance(node, Proposition)]
        old = _about(facts, wanted.was, superseded=True)
        new = _about(facts, wanted.now, superseded=False)
        if old is not None and new is not None:
            return FactChange(old, new, _evidence(store, space, old), _evidence(store, space, new))
    return None


def _about(facts: Sequence[Proposition], place: str, *, superseded: bool) -> Proposition | None:
    found = [
        fact
        for fact in facts
        if place in fact.text and (fact.status == "superseded") is superseded
    ]
    return min(found, key=lambda fact: fact.uid, default=None)


def _evidence(store: GraphStore, space: str, fact: Proposition) -> tuple[Passage, ...]:
    edges = store.neighbours(space, [fact.uid], ["EVIDENCED_BY"])
    nodes = store.get(space, [edge.end for edge in edges if edge.start == fact.uid])
    return tuple(node for node in nodes if isinstance(node, Passage))
