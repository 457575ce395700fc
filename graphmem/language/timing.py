"""Which clause a named time belongs to, and what that says of its event and of its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from graphmem.core.validity import Validity
from graphmem.core.when import When
from graphmem.core.wording import is_state
from graphmem.language.parse import Parse
from graphmem.language.passing import held_for
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact
from graphmem.language.sentences import sentence_openings
from graphmem.language.times.find import TimePhrase, find_times, names_time

__all__ = ["ClauseTimes", "clause_times", "times_of_units", "validity_of"]

_AHEAD = frozenset("will 'll ’ll wo shall can could should must might may would".split())
# "The film from 2019", "a quarter of 2023": the time is the noun's, not the verb's.
_OF_NOUNS = frozenset({"of", "from", "before", "after"})
# "Starting Monday I work at Acme": Monday is when the work begins, too.
_BEGINNING = frozenset({"starting", "beginning"})
# What one arranges for something is to come: "signed up for the marathon in October".
_ARRANGING = frozenset("sign up,register,enrol,enroll,rsvp,book,reserve,plan,schedule".split(","))
_OCCASIONS = frozenset(
    "camp ceremony class concert conference course event exam festival game marathon match party "
    "race retreat seminar show tour tournament triathlon trip wedding workshop".split()
)
_RECENT_DAYS = 60
# "Starts on Monday" is to come; of what else one "does on Monday" that is not known.
_SCHEDULED = frozenset(
    "start begin open close end finish leave depart arrive land launch expire".split()
)
_LIMIT = 12

ClauseTimes = Mapping[int, Sequence[tuple[int, When, str]]]
"""By head of a clause: the depth of each of its times in the tree, the time, and its sense.

The sense is that of a phrase, or "through" where its words say when it began and ended.
"""


def clause_times(parse: Parse, clauses: Sequence[Clause], at: datetime | None) -> ClauseTimes:
    """Return the times that the clauses name; the key -1 - token stands for one without a verb.

    Args:
        parse: of the passage.
        clauses: its clauses.
        at: when it was said; None reads absolute dates alone.

    Complexity: one look at the words where no time is named.
    """
    if not names_time(parse.lower, parse.text):
        return {}
    found: dict[int, list[tuple[int, When, str]]] = {}
    by_head = {clause.head: clause for clause in clauses}
    for phrase in find_times(parse.text, at):
        head = _head(parse, phrase)
        if head is None or _is_of_noun(parse, head):
            continue
        clause, depth = _clause_above(parse, head, by_head)
        if phrase.sense in ("from", "onwards", "since"):
            clause = _clause_begun(parse, head, clause, clauses)
            if clause is not None and clause.tense == "present" and _is_by(phrase, at):
                phrase = replace(phrase, sense="at")  # "this picture is from last night"
        way = _direction(parse, clause) if clause else "present"
        if way == "past" and clause and _is_to_come(parse, clause, phrase, at):
            way = "future"
        when = phrase.when(way)
        if when is not None:
            key = clause.head if clause else -1 - head
            found.setdefault(key, []).append((depth, when, _sense(phrase)))
    return found


def _sense(phrase: TimePhrase) -> str:
    return "through" if phrase.has_ends and phrase.sense == "at" else phrase.sense


def times_of_units(
    parse: Parse,
    units: Sequence[tuple[int, int]],
    clauses: Sequence[Sequence[Clause]],
    times: ClauseTimes,
) -> list[When | None]:
    """Return when each discourse unit says that it happened.

    A unit that is nothing but a time ("Last Friday,") tells it of the next one, or of the one
    before, of its sentence.

    Args:
        parse: of the passage.
        units: token ranges, in order.
        clauses: for each unit those whose heads are in it.
        times: from `clause_times`.
    """
    found = [_time_of(parse, *pair, times) for pair in zip(units, clauses, strict=True)]
    begins = sentence_openings(parse)
    for number, (unit, inside) in enumerate(zip(units, clauses, strict=True)):
        bare = None if inside else _bare_time(unit, times)
        if bare is None:
            continue
        after, before = number + 1, number - 1
        if after < len(units) and units[after][0] not in begins and found[after] is None:
            found[after] = bare
        elif unit[0] not in begins and before >= 0 and found[before] is None:
            found[before] = bare
    return found


def _bare_time(unit: tuple[int, int], times: ClauseTimes) -> When | None:
    return next((times[-1 - t][0][1] for t in range(*unit) if -1 - t in times), None)


def _time_of(
    parse: Parse, unit: tuple[int, int], clauses: Sequence[Clause], times: ClauseTimes
) -> When | None:
    """Return the time nearest to the main verb of a unit, or the one of a unit without a verb."""
    found = [
        (_level(parse, clause.head) + depth, clause.head, number, when)
        for clause in clauses
        if not _describes_within(parse, clause, unit)
        for number, (depth, when, _) in enumerate(times.get(clause.head, ()))
    ]
    if found:
        return min(found, key=lambda f: f[:3])[3]
    return None if clauses else _bare_time(unit, times)


def validity_of(
    discourse: Discourse, clause: Clause, fact: Fact, times: ClauseTimes
) -> Validity | None:
    """Return from when to when a clause's facts hold, where it says so itself.

    What happened then ("moved to Lisbon in May 2023") holds from then; a state says it by
    "since", by "until", by both ends, or where it is one of a few days. "Lived there in 2019"
    says neither, and a date that is itself the object ("was born in 1990") needs no other.
    """
    if fact.object.kind == "time":
        return None
    # "Stopped drinking coffee in May": the time is of the stopping.
    over = clause.ended_by >= 0
    named = times.get(clause.head) or (times.get(clause.ended_by, ()) if over else ())
    for _, when, sense in named:
        if sense in ("since", "from", "onwards", "through"):
            return Validity(when.start, when.end)
        happened = (
            fact.begun or clause.begun or (clause.tense == "past" and not is_state(fact.predicate))
        )
        if sense == "at" and (over or happened):
            # "Booked a table for Friday" today.
            to_come = clause.lemma in _ARRANGING and _is_ahead(discourse, when)
            return None if to_come else Validity(when.start)
        # "He starts on Monday": what is said so of an event has not begun.
        does = clause.tense == "present" and not (clause.copular or is_state(fact.predicate))
        if sense == "at" and does and _is_ahead(discourse, when):
            return Validity(when.start)
        if not (over or fact.begun) and (held := held_for(discourse, clause, fact, when, sense)):
            return held
    return None


def _is_ahead(discourse: Discourse, when: When) -> bool:
    return bool(discourse.at and when.start and discourse.at < when.start)


def _head(parse: Parse, phrase: TimePhrase) -> int | None:
    """Return the word of the phrase that hangs on something outside of it."""
    inside = [
        token
        for token in range(len(parse))
        if parse.starts[token] >= phrase.start and parse.ends[token] <= phrase.end
    ]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    outer = [t for t in inside if not first <= parse.heads[t] <= last or parse.heads[t] == t]
    nominal = [t for t in outer if parse.deps[t] not in ("case", "det", "punct")]
    return (nominal or outer or inside)[-1]


def _is_of_noun(parse: Parse, head: int) -> bool:
    if parse.deps[head] in ("compound", "amod", "nummod"):
        return True
    if parse.deps[head] != "nmod":
        return False
    return any(
        parse.deps[c] == "case" and parse.lower[c] in _OF_NOUNS for c in parse.children[head]
    )


def _clause_above(
    parse: Parse, token: int, by_head: Mapping[int, Clause]
) -> tuple[Clause | None, int]:
    for depth in range(_LIMIT):
        if token in by_head:
            return by_head[token], depth
        if parse.heads[token] == token:
            break
        token = parse.heads[token]
    return None, 0


def _clause_begun(
    parse: Parse, token: int, above: Clause | None, clauses: Sequence[Clause]
) -> Clause | None:
    """Return the clause whose beginning a time tells: "starting Monday I work at Acme".

    The parser may cut the time off: "From June on | I work there".
    """
    if above is not None and parse.lower[above.head] not in _BEGINNING:
        return above
    head = above.head if above else token
    outer = next((clause for clause in clauses if clause.head == parse.heads[head]), above)
    if outer is not above:
        return outer
    after = next((end for start, end in parse.sentences if start <= token < end), 0)
    inside = next((s for s in parse.sentences if s[0] == after), (0, 0))
    if after in sentence_openings(parse):
        return above
    return next((c for c in clauses if inside[0] <= c.head < inside[1]), above)


def _is_by(phrase: TimePhrase, at: datetime | None) -> bool:
    """Whether what is from a time is as old as that: a certain one, which has begun."""
    when = phrase.past if phrase.sure and phrase.sense == "from" else None
    return when is not None and (at is None or when.start is None or when.start <= at)


def _direction(parse: Parse, clause: Clause) -> str:
    """Return "past", "present" or "future": which way an open form ("on Friday") points."""
    head = clause.head
    helpers = [c for c in parse.children[head] if parse.deps[c] in ("aux", "mark")]
    words = {parse.lower[c] for c in helpers}
    # "I've been wanting to go on Friday" looks ahead; "I wanted to" looks back.
    wished = parse.tags[head] == "VB" and "to" in words and parse.tags[parse.heads[head]] != "VBD"
    if clause.tense in ("past", "future") and not wished:
        return clause.tense
    if clause.lemma in _SCHEDULED and not clause.negated:
        return "future"
    ahead = words & _AHEAD or (parse.tags[head] == "VB" and "do" not in words)
    going = parse.tags[head] == "VBG" and bool(words)
    return "future" if ahead or going else "present"


def _is_to_come(parse: Parse, clause: Clause, phrase: TimePhrase, at: datetime | None) -> bool:
    """Whether a time is that of what one has arranged, and not of the arranging.

    What lies less than two months back may be either, and is taken for the latter.
    """
    past = phrase.past
    recent = at and past and past.end and (at - past.end).days < _RECENT_DAYS
    return (
        clause.lemma in _ARRANGING
        and not recent
        and any(parse.lower[head] in _OCCASIONS for head in clause.obliques)
    )


def _level(parse: Parse, token: int) -> int:
    level = 0
    while parse.heads[token] != token and level < _LIMIT:
        token, level = parse.heads[token], level + 1
    return level


def _describes_within(parse: Parse, clause: Clause, unit: tuple[int, int]) -> bool:
    """Whether it is a relative clause of a noun in the same unit: its time is not the unit's."""
    noun = parse.heads[clause.head]
    # "What I did this week" has no noun that it describes.
    within = unit[0] <= noun < unit[1] and parse.tags[noun] not in ("WP", "WRB")
    return within and parse.deps[clause.head] == "acl:relcl"
