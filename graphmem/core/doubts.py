"""Facts in time, where not everybody is trusted: who stands alone against several is held back."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from graphmem.core.contents import Claim, Content
from graphmem.core.registry import ENGLISH, Registry
from graphmem.core.timeline import LOW_TRUST, Spell, Timeline, tell_all

__all__ = ["lay_out"]

# So many others, and of so many times its trust together, hold at the moment it speaks of what a
# single source of low trust excludes.
_OTHERS = 2
_TIMES = 2.0
_LAST = datetime.max.replace(tzinfo=UTC)


def lay_out(
    claims: Iterable[Claim],
    registry: Registry = ENGLISH,
    released: Collection[Content] = (),
) -> Timeline:
    """Order what was said of one scope by time, as `tell_all`, and hold back what is doubted.

    What a single source of low trust says is doubted where two other sources or more, trusted
    twice as much as it together, say what excludes it and holds at that moment: it closes and
    disputes nothing, and is shown as quarantined. Time: as `tell_all`, twice, and the facts times
    the doubtful claims.

    Args:
        claims: in any order.
        registry: which relations hold one at a time.
        released: what is not to be doubted again.
    """
    told = list(claims)
    doubtful = _doubtful(told, released)
    if not doubtful:
        return tell_all(told, registry)
    others = tell_all((c for c in told if c.content not in doubtful), registry).spells
    doubted = [c for c in told if c.content in doubtful and _outvoted(c, others, registry)]
    if not doubted:
        return tell_all(told, registry)
    aside = set(doubted)
    timeline = tell_all((c for c in told if c not in aside), registry)
    _set_aside(doubted, timeline)
    return timeline


def _doubtful(claims: Sequence[Claim], released: Collection[Content]) -> set[Content]:
    """Return what only one source says, which is not trusted."""
    if all(claim.trust >= LOW_TRUST for claim in claims):
        return set()
    sources: dict[Content, set[str]] = {}
    for claim in claims:
        sources.setdefault(claim.content, set()).add(claim.source)
    return {
        claim.content
        for claim in claims
        if claim.trust < LOW_TRUST
        and len(sources[claim.content]) == 1
        and claim.content not in released
        and not claim.content.over
    }


def _outvoted(claim: Claim, spells: Iterable[Spell], registry: Registry) -> bool:
    moment = claim.at or claim.until
    against = {
        other.source: other.trust
        for spell in spells
        if spell.holds(moment) and _against(spell.content, claim.content, registry)
        for other in spell.claims
        if other.source != claim.source
    }
    # As many of equal trust are enough, whatever rounding makes of their sum.
    weight = math.fsum(against.values()) + 1e-9
    return len(against) >= _OTHERS and weight >= _TIMES * claim.trust


def _against(held: Content, doubted: Content, registry: Registry) -> bool:
    """Whether what is doubted would end what is held, or be ended by it."""
    return registry.excludes(held, doubted) or registry.closes(doubted, held)


def _set_aside(doubted: Iterable[Claim], timeline: Timeline) -> None:
    """Hang doubted claims on the fact that says the same undoubted, or on one of their own."""
    spells = {spell.content: spell for spell in timeline.spells}
    for claim in sorted(doubted, key=lambda c: (c.at or _LAST, c.content.uid, c.passage)):
        spell = spells.get(claim.content)
        if spell is None:
            spell = Spell(claim.content.uid, claim.content, claim.at, claim.until, doubted=True)
            spells[claim.content] = spell
            timeline.spells.append(spell)
        spell.claims.append(claim)
        if spell.doubted and claim.retirement:
            # It never held: no time for it.
            spell.retirement = max(claim.retirement, spell.retirement or claim.retirement)
            spell.end = spell.start
