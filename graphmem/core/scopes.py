"""What is stored of facts that may not hold at once, and what speaks for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.contents import Claim, Content, content_of
from graphmem.core.registry import ENGLISH, Registry
from graphmem.core.timeline import Spell
from graphmem.core.validity import Retirement, Validity
from graphmem_schemas import Edge, Passage, Proposition

__all__ = ["Evidence", "Scope", "as_laid_out", "begun", "evidence_of", "holds", "retirement_of"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that states a content: new, or stored as an EVIDENCED_BY edge.

    Attributes:
        sources: what each source contributes: how far it is trusted.
        role: when it says that the content holds, where it says more than "now".
    """

    claim: Claim
    sources: Mapping[str, float]
    span: tuple[int, int] | None
    role: str | None = None


@dataclass(slots=True)
class Scope:
    """What the store has of one scope, by uid of the fact.

    Attributes:
        registry: which relations hold one at a time.
    """

    registry: Registry = ENGLISH
    facts: dict[str, Proposition] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def content_of(self, fact: Proposition) -> Content:
        """Return what a stored fact says."""
        return self.registry.content_of(fact) if self.registry.names else content_of(fact)

    @property
    def released(self) -> set[Content]:
        """What somebody let out of quarantine."""
        return {self.content_of(fact) for fact in self.facts.values() if fact.released}

    def first_recorded(self) -> dict[Content, datetime]:
        """Return since when each content is known, in whichever fact that was then."""
        first: dict[Content, datetime] = {}
        for fact in self.facts.values():
            content = self.content_of(fact)
            first[content] = min(first.get(content, fact.recorded_at), fact.recorded_at)
        return first


def evidence_of(
    scope: Scope,
    passages: Mapping[str, Passage],
    gone: frozenset[str] = frozenset(),
    *,
    recorded: Mapping[Content, datetime] | None = None,
    known_at: datetime | None = None,
) -> list[Evidence]:
    """Return what speaks for the facts of a scope. O(edges).

    Args:
        scope: with its facts and edges.
        passages: those that the facts rest on, by uid; what is missing counts for nothing.
        gone: uids of what is being removed.
        recorded: since when each content is known; None finds it out.
        known_at: system time: what was recorded later counts for nothing; None is now.
    """
    bare = {uid for uid in scope.facts if uid not in gone}
    if known_at is not None and recorded is None:
        recorded = scope.first_recorded()
    evidence: list[Evidence] = []
    for edge in scope.edges:
        if edge.kind != "EVIDENCED_BY":
            continue
        bare.discard(edge.start)
        passage = passages.get(edge.end)
        if edge.start in gone or passage is None or edge.end in gone:
            continue
        content = scope.content_of(scope.facts[edge.start])
        said = Validity.parse(edge.role) or Validity(passage.at)
        if known_at and recorded and max(passage.recorded_at, recorded[content]) > known_at:
            continue
        claim = Claim(
            content, said.start, edge.end, said.end, passage.source, passage.position,
            max(edge.sources.values()), _known(said.retirement, known_at),
        )  # fmt: skip
        evidence.append(Evidence(claim, edge.sources, edge.span, edge.role))
    # A fact that rests on no passage (it was imported so) is taken at its own word.
    for uid in sorted(bare):
        fact = scope.facts[uid]
        if known_at is not None and fact.recorded_at > known_at:
            continue
        sources = {s: weight for e in scope.edges if e.start == uid and e.kind == "SUBJECT"
                   for s, weight in sorted(e.sources.items())}  # fmt: skip
        claim = Claim(
            scope.content_of(fact), fact.valid_from, "", source=next(iter(sources), ""),
            retirement=_known(retirement_of(fact), known_at),
        )  # fmt: skip
        evidence.append(Evidence(claim, sources, None))
    return evidence


def retirement_of(fact: Proposition) -> Retirement | None:
    """Return what closed a fact that somebody retired; None for what is told as past."""
    if fact.status != "retired" or content_of(fact).over:
        return None
    if fact.retired_at is None or fact.valid_to is None:
        return None
    return Retirement(fact.valid_to, fact.retired_at)


def _known(retirement: Retirement | None, known_at: datetime | None) -> Retirement | None:
    """Return a retirement if it was recorded by then."""
    if retirement and known_at is not None and retirement.recorded_at > known_at:
        return None
    return retirement


def as_laid_out(spell: Spell, fact: Proposition) -> Proposition:
    """Return a stored fact as the timeline of its scope has it."""
    retired_at = fact.retired_at
    if spell.retirement:
        retired_at = spell.retirement.recorded_at
    elif fact.status == "retired" and not spell.content.over:
        retired_at = None
    update = {
        "valid_from": spell.start,
        "valid_to": spell.end,
        "status": spell.status,
        "retired_at": retired_at,
        "doubtful": spell.doubtful,
    }
    return fact.model_copy(update=update)


def holds(fact: Proposition, at: datetime, now: datetime) -> bool:
    """Whether a fact holds at a moment, as it is believed.

    What is quarantined holds never, what is told as past only where both its ends are known, and
    what somebody retired until then; what was taken back at an unknown time holds no more, and
    what began at an unknown time has begun.

    Args:
        fact: as stored, or as it was laid out for another system time.
        at: world time.
        now: system time: what is no longer believed by then, and has no end, does not hold.
    """
    over = fact.status == "retired" and not retirement_of(fact)
    if fact.status == "quarantined" or (over and None in (fact.valid_from, fact.valid_to)):
        return False
    if fact.valid_to is None:
        if fact.status == "superseded" or (fact.retired_at and fact.retired_at <= now):
            return False
    elif fact.valid_to <= at:
        return False
    return begun(fact, at)


def begun(fact: Proposition, at: datetime) -> bool:
    """Whether a fact holds or has held by a moment of world time, and is not only to come."""
    return fact.valid_from is None or fact.valid_from <= at
