"""Facts in time: everything that was said of one scope → which fact held from when to when.

A pure function of what was said, so that neither the order of adds nor what was deleted since
shows in it. A scope is what cannot hold side by side: one subject's functional relation, or a
statement and its denial.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import filterfalse

from graphmem.core.contents import Claim, Content
from graphmem.core.last_words import Said, last_words
from graphmem.core.registry import ENGLISH, Registry
from graphmem.core.validity import Retirement
from graphmem_schemas import PropositionStatus

__all__ = ["LOW_TRUST", "Spell", "Timeline", "tell_all"]

LOW_TRUST = 0.5


@dataclass(slots=True, eq=False)
class Spell:
    """One fact: a content and the time through which it holds without a break.

    Attributes:
        overtaken: whether its own sources took it back, at a time that is not known.
        doubted: whether it is held back, because too little speaks for it.
        retirement: the last one that closed it, or found it closed.
    """

    uid: str
    content: Content
    start: datetime | None
    end: datetime | None = None
    disputed: bool = False
    overtaken: bool = False
    doubted: bool = False
    retirement: Retirement | None = None
    claims: list[Claim] = field(default_factory=list)

    @property
    def status(self) -> PropositionStatus:
        """What becomes of the fact."""
        if self.content.over or self.retirement:
            return "retired"
        if self.doubted:
            return "quarantined"
        if self.end is not None or self.overtaken:
            return "superseded"
        return "contradicted" if self.disputed else "current"

    @property
    def doubtful(self) -> bool:
        """Whether one source of low trust is all that it rests on."""
        sources = {claim.source for claim in self.claims}
        return len(sources) == 1 and self.claims[0].trust < LOW_TRUST

    def begins_by(self, retirement: Retirement) -> bool:
        """Whether it began before a retirement, which may have closed it as it began."""
        at = retirement.at
        return self.start is None or self.start < at or self.start == self.end == at

    def holds(self, at: datetime | None) -> bool:
        """Whether it holds at a moment; None is after all that is dated."""
        if self.overtaken or self.content.over:
            return False
        if at is None:
            return self.end is None
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(slots=True)
class Timeline:
    """The facts of one scope, and which of them closes or contradicts which, by uid."""

    registry: Registry = ENGLISH
    spells: list[Spell] = field(default_factory=list)
    closes: set[tuple[str, str]] = field(default_factory=set)
    disputes: set[tuple[str, str]] = field(default_factory=set)
    _open: dict[Content, Spell] = field(default_factory=dict)
    _first: dict[Content, Spell] = field(default_factory=dict)
    _last: dict[Content, Spell] = field(default_factory=dict)

    def tell(self, at: datetime, said: Said) -> None:
        """Go on to the next moment: what is new closes what it excludes."""
        new = [content for content in said.standing if content not in self._open]
        for content in new:
            # What comes back and closes nothing is linked to what it was, so that links
            # lead to every fact of the scope.
            before = self._last.get(content)
            spell = self._begin(content, at, Spell(content.uid, content, at))
            if not self._close(spell, said, at) and before:
                before.end = before.end or at
                self.closes.add((spell.uid, before.uid))
        for content in said.standing:
            # Said again, an end ends again what has come back since.
            if content not in new and (content.over or self.registry.ends_others(content)):
                self._close(self._open[content], said, at)
        self._overtake(at, said)
        self._open = {c: self._open.get(c) or self._last[c] for c in (*self._open, *new)}
        self._open = {c: spell for c, spell in self._open.items() if spell.end is None}
        for content, claims in said.claims.items():
            self._last[content].claims += claims
        for content in new:
            for other in said.standing:
                self._dispute(self._open[content], self._open[other], at)

    def tell_ended(self, at: datetime, said: Mapping[Content, list[Claim]]) -> None:
        """Add what is said to have ended at this moment, begun at an unknown one."""
        for content, claims in said.items():
            spell = self._open.get(content)
            before = self._last.get(content)
            if spell is None and before and before.end == at:
                spell = before
            if spell is None:
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

    def tell_undated(self, said: Said) -> None:
        """Set what was said at an unknown time beside what holds at the end."""
        outside: list[Spell] = []
        for content, claims in said.claims.items():
            spell = self._first.get(content)
            if spell is None:
                spell = self._first[content] = Spell(content.uid, content, None)
                spell.overtaken = content not in said.standing
                self.spells.append(spell)
                outside.append(spell)
            spell.claims += claims
        for spell in outside:
            if not spell.overtaken:
                spell.end = max(filter(None, (claim.end for claim in spell.claims)), default=None)
        for spell in outside:
            if spell.overtaken:
                closers = (self._first[by] for by in said.overtaken[spell.content])
                self.closes.update((closer.uid, spell.uid) for closer in closers)
                continue
            for other in (*outside, *self._open.values()):
                if not (other.overtaken or spell.end or other.end):
                    self._dispute(spell, other, None)

    def retire(self, content: Content, retirement: Retirement) -> None:
        """Note that somebody retired the last fact that said this by then.

        Nothing is noted where it is said to hold on. So it does not matter which facts of this
        content were known when it was retired.
        """
        spell = next(
            (s for s in reversed(self.spells) if s.content == content and s.begins_by(retirement)),
            None,
        )
        if spell and (spell.overtaken or (spell.end and spell.end <= retirement.at)):
            spell.retirement = max(retirement, spell.retirement or retirement)

    def _begin(self, content: Content, at: datetime, spell: Spell) -> Spell:
        """Take in a new spell; one of a content that held before has a uid of its moment."""
        if content in self._last:
            spell.uid = content.uid_from(at)
        self.spells.append(spell)
        self._first.setdefault(content, spell)
        self._last[content] = spell
        return spell

    def _close(self, spell: Spell, said: Said, at: datetime) -> bool:
        """End what a spell excludes and nobody says just now; return whether there was any."""
        closed = [
            held
            for other, held in self._open.items()
            if other not in said.standing and self.registry.closes(spell.content, other)
        ]
        for held in closed:
            held.end = held.end or at
            self.closes.add((spell.uid, held.uid))
        return bool(closed)

    def _overtake(self, at: datetime, said: Said) -> None:
        """End at this moment what was said and taken back in it."""
        for content in said.overtaken:
            spell = self._open.get(content)
            if spell is None:
                spell = self._begin(content, at, Spell(content.uid, content, at))
            spell.end = at
        for content, closers in said.overtaken.items():
            for by in closers:
                self.closes.add((self._last[by].uid, self._last[content].uid))

    def _dispute(self, one: Spell, other: Spell, at: datetime | None) -> None:
        """Note two that disagree; what one passage says in one breath is no quarrel."""
        if one is other or not self.registry.excludes(one.content, other.content):
            return
        if not _passages(one, at) & _passages(other, at):
            one.disputed = other.disputed = True
            self.disputes.add((min(one.uid, other.uid), max(one.uid, other.uid)))


def tell_all(claims: Iterable[Claim], registry: Registry = ENGLISH) -> Timeline:
    """Order what was said of one scope by time, all of it taken at its word.

    Each fact ends where the next one that excludes it begins. Claims of one moment, and those
    without one, follow each other as their source has them; those of several sources do not
    close each other: they stand side by side as contradictions. What is said again while it
    holds only supports it; what is said again after it ended is a new fact. A fact also ends
    when a passage says so, unless another says then or later that it holds; where it comes back,
    it supersedes what it was before. What somebody retired ends then in the same way. Of what is
    told as past, each stretch of time with both its ends is a fact, which closes nothing.
    Time: O(n log n) for n claims, times the facts that hold at once.
    """
    timeline = Timeline(registry)
    moments: dict[datetime | None, list[Claim]] = {}
    ended: dict[datetime, dict[Content, list[Claim]]] = {}
    ends: dict[datetime, set[Content]] = {}
    retired: dict[tuple[Content, Retirement], None] = {}
    claims = sorted(claims, key=lambda c: (c.content.uid, c.passage))
    for claim in filterfalse(_is_stretch, claims):
        if claim.retirement:
            retired[claim.content, claim.retirement] = None
        if claim.content.over and not claim.at:
            # "Worked there until 2020": of what is over, its end is what happened.
            moments.setdefault(claim.until, []).append(claim)
            continue
        if claim.end:
            ends.setdefault(claim.end, set()).add(claim.content)
        if claim.end and claim.until and not claim.at:
            ended.setdefault(claim.end, {}).setdefault(claim.content, []).append(claim)
        else:
            moments.setdefault(claim.at, []).append(claim)
    undated = moments.pop(None, [])
    for at in sorted({*filter(None, moments), *ends}):
        timeline.tell(at, last_words(moments.get(at, []), registry))
        timeline.tell_ended(at, ended.get(at, {}))
        timeline.expire(at, ends.get(at, set()))
    timeline.tell_undated(last_words(undated, registry))
    for content, retirement in retired:
        timeline.retire(content, retirement)
    for spell in timeline.spells:
        if spell.content.over:
            spell.start, spell.end = None, spell.start
    timeline.spells += _stretches(filter(_is_stretch, claims))
    return timeline


def _is_stretch(claim: Claim) -> bool:
    """Whether it tells as past what held from when to when."""
    return claim.content.over and claim.at is not None and claim.until is not None


def _stretches(claims: Iterable[Claim]) -> list[Spell]:
    """Return what held then, of each content those that overlap joined. O(n log n)."""
    spells: list[Spell] = []
    for claim in sorted(claims, key=lambda c: (c.content.uid, c.at, c.until, c.passage)):
        assert claim.at
        assert claim.until
        content = claim.content
        last = spells[-1] if spells and spells[-1].content == content else None
        if last is None or (last.end and last.end < claim.at):
            spells.append(
                last := Spell(content.uid_from(claim.at), content, claim.at, claim.until)
            )
        last.end = max(last.end or claim.until, claim.until)
        last.claims.append(claim)
    return spells


def _holds_on(claim: Claim, at: datetime) -> bool:
    """Whether it says that the fact holds after this moment, and not only that it once began."""
    if claim.end is not None:
        return claim.end > at
    return claim.at is not None and claim.at >= at


def _passages(spell: Spell, at: datetime | None) -> set[str]:
    return {claim.passage for claim in spell.claims if claim.at == at}
