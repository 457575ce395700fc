"""From facts, events and lessons that were found to hits: what holds, how it reads, how sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graphmem.ports import GraphReader, TextMatch
from graphmem.reading.analyse import Then
from graphmem.reading.facts import holding, state, stated_still
from graphmem.reading.fade import fade
from graphmem.reading.sides import marked
from graphmem_schemas import EdgeKind, Hit, Node, Proposition

__all__ = ["Wanted", "shares_of", "statements", "wanted_by"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facts count.

    Attributes:
        before: whether those count, too, that held before and were not retracted.
        at: the moment in world time that is asked for, or the last one.
        now: the moment in system time.
        since: the first moment, where it is a time that is over; None: one moment is asked for.
    """

    before: bool
    at: datetime
    now: datetime
    since: datetime | None = None


def wanted_by(before: bool, then: Then | None, as_of: datetime | None, now: datetime) -> Wanted:
    """Return which facts a question wants.

    Args:
        before: as in `Wanted`.
        then: the time that the question itself names.
        as_of: the moment that the request names.
        now: as in `Wanted`.
    """
    if then:
        return Wanted(before, then.until, now, then.since)
    return Wanted(before, as_of or now, now)


def statements(
    found: Sequence[tuple[Node, Hit]],
    shares: Mapping[str, float],
    wanted: Wanted,
    reader: GraphReader,
    space: str,
) -> list[Hit]:
    """Return hits on what was found and counts, best first. Two reads where there are facts.

    Args:
        found: from `facts_of`, or what a walk came to.
        shares: of the question, by term.
        wanted: which facts.
        reader: the store.
        space: the space.
    """
    facts = [node.uid for node, _ in found if isinstance(node, Proposition)]
    kinds: list[EdgeKind] = ["SUPERSEDES", "CONTRADICTS"]
    edges = reader.neighbours(space, facts, kinds) if facts else []
    ended = {node.uid for node, _ in found if not _lasts(node, max(wanted.at, wanted.now))}
    newer = {e.end: e.start for e in edges if e.kind == "SUPERSEDES" and e.end in ended}
    opposed = {(e.start, e.end) for e in edges if e.kind == "CONTRADICTS"}
    against = frozenset(opposed | {(end, start) for start, end in opposed})
    kept = (
        stated_still(found)
        if wanted.before
        else holding(found, wanted.at, wanted.now, wanted.since)
    )
    hits = [one.to_hit() for one in fade(state(kept, shares, newer), wanted.at, reader, space)]
    return list(marked(hits, against)) if against else hits


def _lasts(node: Node, at: datetime) -> bool:
    """Whether what takes a fact's place is still to come at a moment of world time."""
    return isinstance(node, Proposition) and node.valid_to is not None and node.valid_to > at


def shares_of(match: TextMatch) -> dict[str, float]:
    """Return what share of the question each of its terms is, by rarity."""
    mass = sum(match.idfs) or 1.0
    return {term: idf / mass for term, idf in zip(match.terms, match.idfs, strict=True)}
