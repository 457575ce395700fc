"""What the words of the design say of facts in time, done naively: the oracle of a property.

Nothing here is taken from `graphmem.core`. A claim is one row; each question goes through all of
them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Fact", "Row", "facts_of"]

LOW_TRUST = 0.5
MOVING = ("live in", "move to")


class Said(NamedTuple):
    """A statement, whenever it holds."""

    subject: str
    predicate: str
    object: str
    denied: bool = False
    over: bool = False


class Row(NamedTuple):
    """One passage says it; `day` is None where nobody knows when."""

    said: Said
    day: int | None
    source: str
    position: int
    trust: float


class Fact(NamedTuple):
    """A statement with the days through which it holds."""

    said: Said
    start: int | None
    end: int | None
    status: str


def ends(later: Said, earlier: Said) -> bool:
    """Whether saying the one later means that the earlier one holds no more."""
    if later.subject != earlier.subject or earlier.over:
        return False
    if (later.predicate, earlier.predicate) == ("sell", "own"):
        return later.object == earlier.object and not (later.denied or earlier.denied)
    moving = later.predicate in MOVING and earlier.predicate in MOVING
    if not moving and later.predicate != earlier.predicate:
        return False
    same = later.object == earlier.object
    if later.over:
        return same and not earlier.denied
    if later.denied != earlier.denied:
        # Who does not live there has not moved there for good; who never moved may live there.
        denial = later if later.denied else earlier
        return same and (later.predicate == earlier.predicate or denial.predicate == "live in")
    return moving and not same and not later.denied


def rivals(one: Said, other: Said) -> bool:
    """Whether both cannot be so."""
    return ends(one, other) and ends(other, one)


def last_words(rows: Sequence[Row]) -> set[Said]:
    """What of one moment some source does not take back itself."""
    return {
        row.said
        for row in rows
        if not any(
            after.source == row.source
            and after.position > row.position
            and ends(after.said, row.said)
            and not any(
                again.source == row.source and again.said == row.said
                and again.position >= after.position
                for again in rows
            )
            for after in rows
        )
    }  # fmt: skip


def in_one_breath(rows: Sequence[Row], one: Said, other: Said) -> bool:
    """Whether one passage says both."""
    places = {(row.source, row.position) for row in rows if row.said == one}
    return any((row.source, row.position) in places for row in rows if row.said == other)


def told(rows: Sequence[Row]) -> list[Fact]:
    """The facts, everybody taken at their word."""
    done: list[Fact] = []
    open_: dict[Said, int] = {}
    disputed: set[Said] = set()
    for day in sorted({row.day for row in rows if row.day is not None}):
        now = [row for row in rows if row.day == day]
        standing = last_words(now)
        new = {said for said in standing if said not in open_}
        for said in sorted(open_):
            ended = said not in standing and any(
                ends(by, said) for by in standing if by in new or by.over or by.predicate == "sell"
            )
            taken_back = said not in standing and any(row.said == said for row in now)
            if ended or taken_back:
                done.append(Fact(said, open_.pop(said), day, "superseded"))
                disputed.discard(said)
        at_once = {row.said for row in now} - standing
        held = {fact.said for fact in done if fact.end == day}
        done += [Fact(said, day, day, "superseded") for said in sorted(at_once - held)]
        open_.update(dict.fromkeys(sorted(new), day))
        for one in new:
            for other in standing:
                if rivals(one, other) and not in_one_breath(now, one, other):
                    disputed |= {one, other}
    done += _undated(rows, open_, done, disputed)
    done += [Fact(said, day, None, "current") for said, day in sorted(open_.items())]
    return [_finished(fact, disputed) for fact in done]


def _undated(
    rows: Sequence[Row], open_: dict[Said, int], done: Sequence[Fact], disputed: set[Said]
) -> list[Fact]:
    """What nobody dated and nobody dated has said: it stands beside what holds at the end."""
    undated = [row for row in rows if row.day is None]
    outside = {row.said for row in undated} - set(open_) - {fact.said for fact in done}
    standing = last_words(undated)
    for one in outside & standing:
        for other in (outside & standing) | set(open_):
            if rivals(one, other) and not in_one_breath(undated, one, other):
                disputed |= {one, other}
    return [
        Fact(said, None, None, "current" if said in standing else "superseded")
        for said in sorted(outside)
    ]


def _finished(fact: Fact, disputed: set[Said]) -> Fact:
    if fact.said.over:  # told as past: it held until somebody said so at the latest
        return Fact(fact.said, None, fact.start, "retired")
    if fact.status == "current" and fact.said in disputed:
        return fact._replace(status="contradicted")
    return fact


def facts_of(rows: Sequence[Row], released: frozenset[Said] = frozenset()) -> list[Fact]:
    """All facts, sorted; who stands alone, is not trusted and has two against them waits."""
    doubtful = {
        row.said
        for row in rows
        if row.trust < LOW_TRUST
        and not row.said.over
        and row.said not in released
        and all(other.source == row.source for other in rows if other.said == row.said)
    }
    others = [row for row in rows if row.said not in doubtful]
    believed = told(others)

    def outvoted(row: Row) -> bool:
        against = {
            other.source: other.trust
            for fact in believed
            if (rivals(fact.said, row.said) or ends(row.said, fact.said)) and _holds(fact, row.day)
            for other in others
            if _speaks_for(other, fact, believed) and other.source != row.source
        }
        return len(against) >= 2 and round(sum(against.values()), 6) >= 2 * row.trust

    held_back = [row for row in rows if row.said in doubtful and outvoted(row)]
    kept = [row for row in rows if row not in held_back]
    facts = told(kept)
    for said in {row.said for row in held_back} - {row.said for row in kept}:
        days = [row.day for row in held_back if row.said == said]
        first = min((day for day in days if day is not None), default=None)
        facts.append(Fact(said, first, None, "quarantined"))
    return sorted(facts, key=repr)


def _holds(fact: Fact, day: int | None) -> bool:
    """Whether a fact holds on a day; None is after all days."""
    if fact.status == "retired" or (fact.status == "superseded" and fact.end is None):
        return False
    if day is None:
        return fact.end is None
    return (fact.start is None or fact.start <= day) and (fact.end is None or day < fact.end)


def _speaks_for(row: Row, fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether the row is evidence of this fact, and not of another time of the same."""
    if row.said != fact.said:
        return False
    same = sorted((one for one in facts if one.said == fact.said), key=lambda one: one.start or -1)
    if row.day is None:
        return fact == same[0]
    if fact.start is None:
        return len(same) == 1
    if fact.start == fact.end:
        return row.day == fact.start
    return fact.start <= row.day and (fact.end is None or row.day < fact.end or (
        row.day == fact.end and not any(one.start == row.day for one in same if one != fact)
    ))  # fmt: skip
