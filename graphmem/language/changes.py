"""What clauses about homes and jobs mean, beyond their words.

"I also work at a bar" is one job more, "I moved to the desk by the window" is no new home. A wrong
reading here ends a true fact, so what is not sure is left as it is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.predicates import BARTERING, ENDED_BY
from graphmem.core.registry import ENGLISH
from graphmem.core.wording import is_state
from graphmem.language.endings import CONTRACTS
from graphmem.language.jobs import ALSO
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact, reading

__all__ = ["as_meant", "homes_of"]

_MOVING = frozenset({"move to", "relocate to", "settle in"})
_MOVED_OVER = tuple(f"{way.partition(' ')[0]} over " for way in sorted(_MOVING))
_PLACES = frozenset(
    "area capital city coast country countryside district farm island mountains neighborhood "
    "neighbourhood place seaside state suburb suburbs town village".split()
)
# Of these one has one at a time, too, but in the town where one lives anyway.
_DWELLINGS = frozenset(
    "apartment attic basement bungalow cabin condo cottage dorm flat home house houseboat loft "
    "mansion penthouse room studio townhouse villa".split()
)
_DWELLING_IN = {"live in": "dwell in", "live at": "dwell in", "reside in": "dwell in"}
_SEASONS = frozenset(
    "morning afternoon evening night week weekend summer winter spring autumn fall term semester "
    "holiday holidays".split()
)
_AT_TIMES = frozenset(
    "tonight temporarily sometimes occasionally weekdays weekends mornings evenings nights "
    "summers winters".split()
)
_DURING = frozenset({"", "at", "in", "on", "during", "over"})
_EVERY, _THE = frozenset({"every", "each"}), frozenset({"the", "this"})
_NOW = frozenset({"now", "currently", "nowadays"})
_STAYING = frozenset({*_DWELLING_IN, "work at", "work for"})
_SOME = frozenset({"a", "an", "another", "some"})
_CLOSING = frozenset({"end", "terminate"})
_FOR_A_WHILE = frozenset({"lose", "leave", "drop", "stop"})
_WHERE = frozenset({"at", "in", "to", "by", "on", "with", "for"})
_OF_COMPANIES = frozenset({"be based in", "be headquartered in", "have headquarters in"})


def as_meant(discourse: Discourse, clause: Clause, facts: list[Fact]) -> list[Fact]:
    """Return the facts of a clause, worded so that none ends what goes on."""
    meant = []
    for fact in facts:
        if _is_season(discourse, fact):
            continue
        predicate = _meant(discourse, clause, fact)
        if predicate != fact.predicate:
            # What is only told apart reads as it was said.
            text = fact.text if predicate.startswith(_MOVED_OVER) else fact.text or reading(fact)
            fact = fact._replace(predicate=predicate, text=text)
        meant.append(fact)
    return meant if not _is_of_us(discourse, clause) else [f for f in meant if not _of_all(f)]


def _meant(discourse: Discourse, clause: Clause, fact: Fact) -> str:
    verb, _, rest = fact.predicate.partition(" ")
    moving = fact.predicate in _MOVING
    homing = moving or fact.predicate in _DWELLING_IN or fact.predicate == "move into"
    if homing and _is_dwelling(discourse, fact):
        return _DWELLING_IN.get(fact.predicate, "move into")
    if moving and not _is_place(discourse, fact):
        return f"{verb} over {rest}"
    if fact.predicate == "move into":  # a town, or a new part: the flat goes on
        return "move to" if fact.object.kind == "place" else "move over into"
    if fact.predicate in ENDED_BY and _is_another(discourse, clause, fact):
        return f"{fact.predicate} some"
    if not ENGLISH.is_functional(fact.predicate):
        return fact.predicate
    at_times = fact.predicate in _STAYING and _is_at_times(discourse, clause)
    if at_times or _is_one_more(discourse, clause):
        return f"{verb} also {rest}"
    return fact.predicate


def _is_season(discourse: Discourse, fact: Fact) -> bool:
    """Whether a time was taken for a place: nobody "lives in summer"."""
    if fact.object.named or not ENGLISH.is_functional(fact.predicate):
        return False
    return is_state(fact.predicate) and discourse.parse.lower[fact.anchor] in _SEASONS


def _is_dwelling(discourse: Discourse, fact: Fact) -> bool:
    plain = not fact.object.named and not fact.object.literal
    return plain and discourse.parse.lower[fact.anchor] in _DWELLINGS


def _is_place(discourse: Discourse, fact: Fact) -> bool:
    if fact.object.named or fact.object.literal:
        return fact.object.kind in ("place", "unknown")
    return discourse.parse.lower[fact.anchor] in _PLACES


def _is_one_more(discourse: Discourse, clause: Clause) -> bool:
    parse = discourse.parse
    return any(parse.lower[child] in ALSO for child in parse.children[clause.head])


def _is_at_times(discourse: Discourse, clause: Clause) -> bool:
    """Whether something is so for a season or now and then: "in summer I live in Faro"."""
    parse = discourse.parse
    words = parse.children[clause.head]
    # What was so then ends nothing anyway.
    if clause.tense == "past" or any(parse.lower[word] in _NOW for word in words):
        return False
    return any(
        parse.lower[word] in _AT_TIMES
        or (parse.lower[word] in _SEASONS and _is_season_of(discourse, word))
        for word in words
    )


def _is_season_of(discourse: Discourse, word: int) -> bool:
    """Whether it is "in summer" and "for the summer", and not "for a week" or "every morning"."""
    parse, case = discourse.parse, discourse.case(word)
    before = {parse.lower[child] for child in parse.children[word] if child < word}
    if not before.isdisjoint(_EVERY):
        return False
    return case in _DURING or (case == "for" and not before.isdisjoint(_THE))


def _is_another(discourse: Discourse, clause: Clause, fact: Fact) -> bool:
    """Whether not the thing itself is parted with, or only for a while: "sold a bike to Tom"."""
    parse = discourse.parse
    some = any(parse.lower[child] in _SOME for child in parse.children[fact.anchor])
    if fact.predicate in _CLOSING and parse.lower[fact.anchor] not in CONTRACTS:
        return True  # "ended the class early"
    if fact.predicate in BARTERING and not _is_bartered(discourse, clause):
        return True
    return some or (fact.predicate in _FOR_A_WHILE and _goes_on(discourse, clause))


def _is_bartered(discourse: Discourse, clause: Clause) -> bool:
    """Whether a thing was given for another: not "swapped with my brother for the weekend"."""
    given_for = [head for head in clause.obliques if discourse.case(head) == "for"]
    return clause.tense == "past" and [discourse.is_time(head) for head in given_for] == [False]


def _goes_on(discourse: Discourse, clause: Clause) -> bool:
    """Whether it is only left somewhere, at an hour, or for something; a day says none of that."""
    cases = [
        discourse.case(head)
        for head in clause.obliques
        if not (discourse.is_time(head) and discourse.case(head) in ("in", "on"))
    ]
    return not _WHERE.isdisjoint(cases)


def _is_of_us(discourse: Discourse, clause: Clause) -> bool:
    return any(discourse.parse.lower[head] in ("we", "us") for head in clause.subjects)


def _of_all(fact: Fact) -> bool:
    """Whether "we" are a company or a team as a whole: "we are a startup", "based in Berlin"."""
    return fact.rule.startswith("copula") or fact.predicate in _OF_COMPANIES


def homes_of(discourse: Discourse, facts: list[Fact]) -> Iterator[Fact]:
    """Read where a dwelling is: "I moved to a new flat in Porto"."""
    for fact in facts:
        if fact.predicate not in ("dwell in", "move into") or not _is_dwelling(discourse, fact):
            continue
        to = "live in" if fact.predicate == "dwell in" else "move to"
        for child in discourse.parse.children[fact.anchor]:
            if discourse.parse.deps[child] == "nmod" and discourse.case(child) == "in":
                for town in discourse.arguments(child, "object"):
                    if town.named and town.kind in ("place", "unknown"):
                        yield fact._replace(predicate=to, object=town, anchor=child, text=None)
