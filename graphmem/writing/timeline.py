"""Facts in time: everything that was said of one scope → which fact held from when to when.

A pure function of what was said, so that neither the order of adds nor what was deleted since
shows in it. A scope is what cannot hold side by side: one subject's functional relation, or a
statement and its denial.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from graphmem.core.uids import content_uid
from graphmem.writing.predicates import family_of, is_functional
from graphmem_schemas import PropositionStatus

__all__ = ["Claim", "Content", "Spell", "Timeline", "lay_out"]


class Content(NamedTuple):
    """What a fact says, whenever it holds.

    Attributes:
        over: whether it is told as past: such a fact stands for itself and closes no other.
    """

    subject: str
    predicate: str
    object: str | None
    value: str | None
    negated: bool
    over: bool = False

    @property
    def uid(self) -> str:
        """The uid of the fact that says this, the first time it holds."""
        return _uid_of(self)

    @property
    def twin(self) -> Content:
        """The denial of this, or what this denies."""
        return self._replace(negated=not self.negated)

    @property
    def scope(self) -> tuple[str, ...]:
        """The key of the facts that may not hold at once with this."""
        return _scope_of(self)

    def uid_from(self, start: datetime) -> str:
        """Return the uid of the fact that says this again, after it had ended."""
        return content_uid(*_parts(self), start.isoformat())

    def excludes(self, other: Content) -> bool:
        """Whether both, of one scope, cannot hold at once."""
        same_object = (self.object, self.value) == (other.object, other.value)
        if self.negated != other.negated:
            return same_object and self.predicate == other.predicate
        both_name_one = bool(self.object and other.object) or bool(self.value and other.value)
        functional = is_functional(self.predicate)
        return functional and not self.negated and not same_object and both_name_one


# Reconciling asks for the uid and the scope of one content some ten times over.
@lru_cache(maxsize=4_096)
def _uid_of(content: Content) -> str:
    return content_uid(*_parts(content))


@lru_cache(maxsize=4_096)
def _scope_of(content: Content) -> tuple[str, ...]:
    if content.over:
        return ("over", content.uid)
    if is_functional(content.predicate):
        return ("family", content.subject, family_of(content.predicate)[0])
    return ("twins", min(content.uid, content.twin.uid))


def _parts(content: Content) -> tuple[str, ...]:
    value = f"={content.value}" if content.value is not None else ""
    parts = ("proposition", content.subject, content.predicate, content.object or "", value,
             str(content.negated))  # fmt: skip
    return (*parts, "over") if content.over else parts


class Claim(NamedTuple):
    """One passage says it; `at` is when, None where that is not known.

    Attributes:
        until: when it ended, where the passage says that too.
    """

    content: Content
    at: datetime | None
    passage: str
    until: datetime | None = None


@dataclass(slots=True, eq=False)
class Spell:
    """One fact: a content and the time through which it holds without a break."""

    uid: str
    content: Content
    start: datetime | None
    end: datetime | None = None
    disputed: bool = False
    claims: list[Claim] = field(default_factory=list)

    @property
    def status(self) -> PropositionStatus:
        """What becomes of the fact."""
        if self.content.over:
            return "retired"
        if self.end is not None:
            return "superseded"
        return "contradicted" if self.disputed else "current"


@dataclass(slots=True)
class Timeline:
    """The facts of one scope, and which of them closes or contradicts which, by uid."""

    spells: list[Spell] = field(default_factory=list)
    closes: set[tuple[str, str]] = field(default_factory=set)
    disputes: set[tuple[str, str]] = field(default_factory=set)
    _open: dict[Content, Spell] = field(default_factory=dict)
    _first: dict[Content, Spell] = field(default_factory=dict)
    _last: dict[Content, Spell] = field(default_factory=dict)

    def tell(self, at: datetime, said: Mapping[Content, list[Claim]]) -> None:
        """Go on to the next moment: what is new closes what it excludes."""
        new = [content for content in said if content not in self._open]
        for content in new:
            before = self._last.get(content)
            spell = self._begin(content, at, Spell(content.uid, content, at))
            closed = [
                held
                for other, held in self._open.items()
                if other not in said and content.excludes(other)
            ]
            for held in closed or filter(None, [before]):
                # What comes back and closes nothing is linked to what it was, so that links
                # lead to every fact of the scope.
                held.end = held.end or at
                self.closes.add((spell.uid, held.uid))
            self._open[content] = spell
        self._open = {c: spell for c, spell in self._open.items() if spell.end is None}
        for content, claims in said.items():
            self._open[content].claims += claims
        for content in new:
            for other in said:
                self._dispute(self._open[content], self._open[other], at)

    def tell_ended(self, at: datetime, said: Mapping[Content, list[Claim]]) -> None:
        """Add what is said to have ended at this moment, begun at an unknown one."""
        for content, claims in said.items():
            spell = self._open.get(content)
            if spell is None:
                before = self._last.get(content)
                spell = self._begin(content, at, Spell(content.uid, content, None, at))
                if before:
                    self.closes.add((spell.uid, before.uid))
            spell.claims += claims

    def expire(self, at: datetime, ended: set[Content]) -> None:
        """End what is said to end at this moment, unless it is said to hold on."""
        for content in ended & self._open.keys():
            spell = self._open[content]
            if not any(_holds_on(claim, at) for claim in spell.claims):
                spell.end = at
                del self._open[content]

    def tell_undated(self, said: Mapping[Content, list[Claim]]) -> None:
        """Set what was said at an unknown time beside what holds at the end."""
        outside: list[Spell] = []
        for content, claims in said.items():
            spell = self._first.get(content)
            if spell is None:
                spell = Spell(content.uid, content, None)
                self.spells.append(spell)
                outside.append(spell)
            spell.claims += claims
        for spell in outside:
            for other in (*outside, *self._open.values()):
                self._dispute(spell, other, None)

    def _begin(self, content: Content, at: datetime, spell: Spell) -> Spell:
        """Take in a new spell; one of a content that held before has a uid of its moment."""
        if content in self._last:
            spell.uid = content.uid_from(at)
        self.spells.append(spell)
        self._first.setdefault(content, spell)
        self._last[content] = spell
        return spell

    def _dispute(self, one: Spell, other: Spell, at: datetime | None) -> None:
        """Note two that disagree; what one passage says in one breath is no quarrel."""
        if one is other or not one.content.excludes(other.content):
            return
        if not _passages(one, at) & _passages(other, at):
            one.disputed = other.disputed = True
            self.disputes.add((min(one.uid, other.uid), max(one.uid, other.uid)))


def lay_out(claims: Iterable[Claim]) -> Timeline:
    """Order what was said of one scope by time.

    Each fact ends where the next one that excludes it begins. Claims of one moment, and those
    without one, do not close each other: they stand side by side as contradictions. What is said
    again while it holds only supports it; what is said again after it ended is a new fact.
    A fact also ends when a passage says so, unless another says then or later that it holds;
    where it comes back, it supersedes what it was before.
    Time: O(n log n) for n claims, times the facts that hold at once.
    """
    timeline = Timeline()
    moments: dict[datetime | None, dict[Content, list[Claim]]] = {}
    ended: dict[datetime, dict[Content, list[Claim]]] = {}
    ends: dict[datetime, set[Content]] = {}
    for claim in sorted(claims, key=lambda c: (c.content.uid, c.passage)):
        if claim.until:
            ends.setdefault(claim.until, set()).add(claim.content)
        if claim.until and not claim.at:
            ended.setdefault(claim.until, {}).setdefault(claim.content, []).append(claim)
        else:
            moments.setdefault(claim.at, {}).setdefault(claim.content, []).append(claim)
    undated = moments.pop(None, {})
    for at in sorted({*filter(None, moments), *ends}):
        timeline.tell(at, moments.get(at, {}))
        timeline.tell_ended(at, ended.get(at, {}))
        timeline.expire(at, ends.get(at, set()))
    timeline.tell_undated(undated)
    for spell in timeline.spells:
        if spell.content.over:
            spell.start, spell.end = None, spell.start
    return timeline


def _holds_on(claim: Claim, at: datetime) -> bool:
    """Whether it says that the fact holds after this moment, and not only that it once began."""
    if claim.until is not None:
        return claim.until > at
    return claim.at is not None and claim.at >= at


def _passages(spell: Spell, at: datetime | None) -> set[str]:
    return {claim.passage for claim in spell.claims if claim.at == at}
