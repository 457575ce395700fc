"""The stage that turns what passages assert into statements, and reconciled facts into changes."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.core.contents import Content
from graphmem.core.extraction import PropositionDraft
from graphmem.core.names import normalise_name
from graphmem.core.registry import ENGLISH, Registry
from graphmem.core.validity import Validity
from graphmem.core.wording import is_state
from graphmem.writing.drafting import Draft, Place
from graphmem.writing.reconcile import Reconciled, Statement
from graphmem.writing.resolve import Resolution
from graphmem.writing.uses import names_entity, states_something
from graphmem.writing.wording import worded
from graphmem_schemas import Passage, edge_of

__all__ = ["state_facts", "statements_of"]


def statements_of(
    place: Place, resolution: Resolution, registry: Registry = ENGLISH
) -> list[Statement]:
    """Return what the passage asserts; what it only asks, plans or reports stays in its events."""
    statements: list[Statement] = []
    for fact in place.extraction.propositions:
        if not fact.asserted:
            continue
        subject = resolution.uid_of.get(normalise_name(fact.subject.text))
        if subject is None or not states_something(fact):
            continue
        fact = _ended(_begun_then(fact), place.passage, registry)
        is_entity = names_entity(fact.object)
        obj = resolution.uid_of.get(normalise_name(fact.object.text)) if is_entity else None
        if obj and obj < subject and fact.predicate in registry.symmetric:
            subject, obj = obj, subject
        content = Content(
            subject, fact.predicate, obj, None if obj else " ".join(fact.object.text.split()),
            fact.negated, _is_over(fact) and registry.is_functional(fact.predicate),
        )  # fmt: skip
        passage = place.passage
        statements.append(
            Statement(
                text=worded(fact), content=content, confidence=fact.confidence,
                source=place.source, passage=passage.uid, span=(fact.start, fact.end),
                stated_at=passage.at, validity=fact.validity, retired_at=fact.retired_at,
                position=passage.position, trust=place.trust,
            )
        )  # fmt: skip
    return statements


def _is_over(fact: PropositionDraft) -> bool:
    """Whether the text tells of a state that is past: "lived in", but not "moved to"."""
    return fact.over or (fact.tense == "past" and is_state(fact.predicate))


def _begun_then(fact: PropositionDraft) -> PropositionDraft:
    """Forget when a past state began that ended nobody knows when: "worked there from 2010"."""
    began = fact.validity is not None and fact.validity.start and not fact.validity.end
    return fact._replace(validity=None) if began and not fact.over and _is_over(fact) else fact


def _ended(fact: PropositionDraft, passage: Passage, registry: Registry) -> PropositionDraft:
    """Say of what is told to be over when it ended, where that is not told by its relation.

    A relation that holds one at a time keeps what is over apart; of another, the fact ends when
    that is said, or is denied where nobody knows when.
    """
    if not fact.over or registry.is_functional(fact.predicate):
        return fact
    text = worded(fact)
    if passage.at is None:
        return fact._replace(text=text, negated=True, over=False)
    validity = fact.validity or Validity(None, passage.at)
    return fact._replace(text=text, validity=validity, over=False)


def state_facts(statements: Sequence[Statement], facts: Reconciled, draft: Draft) -> None:
    """Put the reconciled facts, with what they rest on and whom they are about."""
    for fact in facts.facts.values():
        draft.nodes[fact.uid] = fact
    for edge in facts.edges:
        draft.add_edge(edge)
    for statement, uid in zip(statements, facts.uids, strict=True):
        source = statement.source
        draft.add_edge(
            edge_of("EVIDENCED_BY", uid, statement.passage, {source: statement.trust},
                    statement.role, statement.span)
        )  # fmt: skip
        draft.join("SUBJECT", uid, statement.content.subject, source)
        if statement.content.object:
            draft.join("OBJECT", uid, statement.content.object, source)
