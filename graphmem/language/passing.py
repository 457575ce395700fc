"""States that are told to hold for some days, or until a time: "I'm in Paris this week"."""

from __future__ import annotations

from graphmem.core.validity import Validity
from graphmem.core.when import When
from graphmem.core.wording import is_state
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact

__all__ = ["held_for"]

# Nobody is 34 "this year" only, nor "this month" the boss: what is told of longer times stays.
_SHORT = frozenset({"day", "week", "weekend"})
_STAYING = frozenset({"stay", "feel"})


def held_for(
    discourse: Discourse, clause: Clause, fact: Fact, when: When, sense: str
) -> Validity | None:
    """Return for how long a state holds that its clause bounds; None where it does not.

    "Until Friday" takes Friday in, as it does for events. What holds now has begun when it is
    said, and what holds next week begins with it.
    """
    at, start, end = discourse.at, when.start, when.end
    if sense == "until" and clause.tense == "present" and not clause.negated:
        return Validity(at, end) if at and end and at < end else None
    if sense == "until" and clause.tense == "past" and not clause.negated:
        over = end is not None and (at is None or end <= at)
        return Validity(None, end) if over and is_state(fact.predicate) else None
    if sense != "at" or when.granularity not in _SHORT or not (at and start and end):
        return None
    if end <= at or clause.tense != "present" or not _is_passing(discourse, clause, fact):
        return None
    # "Excited for the launch tomorrow": they are so today.
    if at < start and discourse.parse.tags[clause.head] == "JJ":
        return None
    return Validity(max(at, start), end)


def _is_passing(discourse: Discourse, clause: Clause, fact: Fact) -> bool:
    """Whether it is how or where somebody is just now, and not who, or how old.

    Nobody says when a page was written: its "today" may be these years.
    """
    parse, head = discourse.parse, clause.head
    if discourse.speaker is None:
        return False
    if not clause.copular:
        lasts = is_state(fact.predicate) or clause.lemma in _STAYING
        return lasts and parse.tags[head] == "VBG"
    if fact.predicate.partition(" ")[0] != "be":
        return False
    if any(parse.tags[token] == "CD" for token in parse.subtree(head)):
        return False
    return parse.tags[head] == "JJ" or any(parse.deps[c] == "case" for c in parse.children[head])
