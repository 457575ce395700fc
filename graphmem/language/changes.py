"""What clauses about homes and jobs mean, beyond their words.

"I also work at a bar" is one job more, "I moved to the desk by the window" is no new home, and who
joined a company works there. A wrong reading here ends a true fact, so what is not sure is left
as it is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from graphmem.core.extraction import Argument
from graphmem.core.predicates import ENDED_BY
from graphmem.core.registry import ENGLISH
from graphmem.core.wording import is_state
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact, reading

__all__ = ["ALSO", "as_meant", "beginnings_of", "without_hired"]

_WORK, _NO_WORK = "work at", Argument("work", "object", literal=True)
_JOBLESS = "be out of work"
ALSO = frozenset({"also", "too", "additionally"})
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
_JOBS = frozenset("job position post role work career internship apprenticeship".split())
# Named groups that one joins without being paid.
_UNPAID = frozenset(
    "association band choir church club federation group guild movement party society team "
    "union".split()
)
_LOSING = frozenset({"quit", "leave", "lose"})
_SOME = frozenset({"a", "an", "another", "some"})
_FOR_A_WHILE = frozenset({"lose", "leave", "drop", "stop"})
_WHERE = frozenset({"at", "in", "to", "by", "on", "with", "for"})
_OF_COMPANIES = frozenset({"be based in", "be headquartered in", "have headquarters in"})
_BEGUN = frozenset({"start", "begin", "get", "take", "land", "accept", "find"})


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
    return some or (fact.predicate in _FOR_A_WHILE and _goes_on(discourse, clause))


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


def beginnings_of(discourse: Discourse, clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Yield the jobs that begin, or are lost, with what a clause states.

    Args:
        discourse: the passage.
        clause: a verb or a copula.
        facts: what it states.
    """
    if clause.negated or not clause.asserted:
        return
    for fact in facts:
        employer = _employer(discourse, clause, fact)
        if employer is not None:
            holder = fact.object if fact.rule == "passive agent" else fact.subject
            now = clause._replace(tense="present")
            holder = holder._replace(role="subject")
            yield Fact(holder, _WORK, employer, "ending", now, fact.anchor, begun=True)
    yield from _jobless(discourse, clause)
    yield from _towns(discourse, facts)


def _towns(discourse: Discourse, facts: list[Fact]) -> Iterator[Fact]:
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


def _employer(discourse: Discourse, clause: Clause, fact: Fact) -> Argument | None:
    """Return for whom somebody works now by what a fact states."""
    lower = discourse.parse.lower
    if fact.rule == "passive agent":
        hired = fact.predicate == "hire" and fact.object.kind in ("person", "unknown")
        employer = fact.subject._replace(role="object")
        return employer if hired and _is_employer(employer) else None
    verb, _, rest = fact.predicate.partition(" ")
    if fact.predicate == "join":
        return fact.object if _is_employer(fact.object) else None
    has_job = any(lower[head] in _JOBS for head in clause.objects)
    if verb in _BEGUN and has_job and rest in ("at", "with"):
        return fact.object if fact.object.named else None
    return (
        fact.object
        if fact.predicate in ("start at", "start working at") and _is_employer(fact.object)
        else None
    )


def _is_employer(argument: Argument) -> bool:
    words = argument.text.casefold().split()
    return argument.named and argument.kind == "organization" and _UNPAID.isdisjoint(words)


def _jobless(discourse: Discourse, clause: Clause) -> Iterator[Fact]:
    """Read "I quit my job", "Ann was laid off", "Dad has retired", "I'm unemployed"."""
    if not _loses_work(discourse, clause):
        return
    over = clause._replace(tense="present")
    for head in clause.subjects:
        for subject in discourse.arguments(head, "subject", clause.head):
            if not (subject.named or subject.kind == "person"):
                continue
            said = f"{subject.text} is out of work"
            yield Fact(
                subject, _JOBLESS, _NO_WORK, "ending", over, clause.head,
                text=said, begun=not clause.copular,
            )  # fmt: skip


def without_hired(facts: Collection[Fact]) -> Iterator[Fact]:
    """Yield facts but those of who is out of work and in it: "quit my job and joined Siemens"."""
    hired = {fact.subject.text for fact in facts if fact.predicate == _WORK}
    return (f for f in facts if f.predicate != _JOBLESS or f.subject.text not in hired)


def _loses_work(discourse: Discourse, clause: Clause) -> bool:
    lower, verb = discourse.parse.lower, clause.predicate.removeprefix("be ")
    if clause.copular:
        return lower[clause.head] in ("unemployed", "jobless", "retired")
    named = any(discourse.case(head) in ("at", "from", "as", "with") for head in clause.obliques)
    if clause.lemma in _LOSING:
        own = any(_is_own_job(discourse, head) for head in clause.objects)
        return own and not named
    if clause.passive:
        return clause.predicate in ("be laid off", "be fired", "be sacked") and not named
    alone = not clause.objects and all(discourse.is_time(head) for head in clause.obliques)
    return verb == "retire" and alone and clause.tense == "past"


def _is_own_job(discourse: Discourse, head: int) -> bool:
    parse = discourse.parse
    own = parse.child(head, "nmod:poss") is not None
    plain = all(parse.deps[child] == "nmod:poss" for child in parse.children[head])
    return own and plain and parse.lower[head] == "job"
