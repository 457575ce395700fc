"""What is stored of facts that may not hold at once, and what speaks for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.contents import Claim, Content
from graphmem.core.registry import ENGLISH, Registry
from graphmem.core.validity import Validity
from graphmem_schemas import Edge, Passage, Proposition

__all__ = ["Evidence", "Scope", "evidence_of", "holds"]


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
        return self.registry.content_of(fact)

    @property
    def released(self) -> set[Content]:
        """What somebody let out of quarantine."""
        return {self.content_of(fact) for fact in self.facts.values() if fact.released}


def evidence_of(
    scope: Scope,
    passages: Mapping[str, Passage],
    gone: frozenset[str] = frozenset(),
    known_at: datetime | None = None,
) -> list[Evidence]:
    """Return what speaks for the facts of a scope. O(edges).

    Args:
        scope: with its facts and edges.
        passages: those that the facts rest on, by uid; what is missing counts for nothing.
        gone: uids of what is being removed.
        known_at: system time: what was recorded later counts for nothing; None is now.
    """
    bare = {uid for uid in scope.facts if uid not in gone}
    recorded = _first_recorded(scope)
    evidence: list[Evidence] = []
    for edge in scope.edges:
        if edge.kind != "EVIDENCED_BY":
            continue
        bare.discard(edge.start)
        passage = passages.get(edge.end)
        if edge.start in gone or passage is None or edge.end in gone:
            continue
        content = scope.content_of(scope.facts[edge.start])
        known = max(passage.recorded_at, recorded[content])
        if known_at is None or known <= known_at:
            said = Validity.parse(edge.role) or Validity(passage.at)
            claim = Claim(
                content, said.start, edge.end, said.end, passage.source, passage.position,
                max(edge.sources.values()),
            )  # fmt: skip
            evidence.append(Evidence(claim, edge.sources, edge.span, edge.role))
    # A fact that rests on no passage (it was imported so) is taken at its own word.
    for uid in sorted(bare):
        fact = scope.facts[uid]
        if known_at is not None and fact.recorded_at > known_at:
            continue
        sources = {s: weight for e in scope.edges if e.start == uid and e.kind == "SUBJECT"
                   for s, weight in sorted(e.sources.items())}  # fmt: skip
        claim = Claim(scope.content_of(fact), fact.valid_from, "", source=next(iter(sources), ""))
        evidence.append(Evidence(claim, sources, None))
    return evidence


def _first_recorded(scope: Scope) -> dict[Content, datetime]:
    """Return since when each content is known, in whichever fact that was then."""
    first: dict[Content, datetime] = {}
    for fact in scope.facts.values():
        content = scope.content_of(fact)
        first[content] = min(first.get(content, fact.recorded_at), fact.recorded_at)
    return first


def holds(fact: Proposition, at: datetime) -> bool:
    """Whether a fact, as it is believed now, holds at a moment.

    What was retracted or is quarantined holds never; what was taken back at an unknown time
    holds no more, and what began at an unknown time has begun.
    """
    if fact.status in ("retired", "quarantined"):
        return False
    if fact.valid_to is None:
        if fact.status == "superseded" or (fact.retired_at and fact.retired_at <= at):
            return False
    elif fact.valid_to <= at:
        return False
    return fact.valid_from is None or fact.valid_from <= at
