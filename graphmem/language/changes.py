"""What clauses about homes and jobs mean, beyond their words.

"I also work at a bar" is one job more, "I moved to the desk by the window" is no new home, and who
joined a company works there. A wrong reading here ends a true fact, so what is not sure is left
as it is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.extraction import Argument
from graphmem.core.registry import ENGLISH
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact

__all__ = ["as_meant", "beginnings_of"]

_WORK, _NO_WORK = "work at", Argument("work", "object", literal=True)
_JOBLESS = "be out of work"
_ALSO = frozenset({"also", "too", "additionally"})
_MOVING = frozenset({"move to", "relocate to", "settle in"})
_PLACES = frozenset(
    "apartment area capital city coast condo country countryside district farm flat home house "
    "island mountains neighborhood neighbourhood place seaside state studio suburb suburbs town "
    "village".split()
)
_JOBS = frozenset("job position post role work career internship apprenticeship".split())
# Named groups that one joins without being paid.
_UNPAID = frozenset(
    "association band choir church club federation group guild movement party society team "
    "union".split()
)
_LOSING = frozenset({"quit", "leave", "lose"})
_BEGUN = frozenset({"start", "begin", "get", "take", "land", "accept", "find"})


def as_meant(discourse: Discourse, clause: Clause, facts: list[Fact]) -> list[Fact]:
    """Return the facts of a clause, worded so that none ends what goes on."""
    return [fact._replace(predicate=_meant(discourse, clause, fact)) for fact in facts]


def _meant(discourse: Discourse, clause: Clause, fact: Fact) -> str:
    verb, _, rest = fact.predicate.partition(" ")
    if fact.predicate in _MOVING and not _is_place(discourse, fact):
        return f"{verb} over {rest}" if fact.object.kind != "organization" else _WORK
    if ENGLISH.is_functional(fact.predicate) and _is_one_more(discourse, clause):
        return f"{verb} also {rest}"
    return fact.predicate


def _is_place(discourse: Discourse, fact: Fact) -> bool:
    if fact.object.named or fact.object.literal:
        return fact.object.kind in ("place", "unknown")
    return discourse.parse.lower[fact.anchor] in _PLACES


def _is_one_more(discourse: Discourse, clause: Clause) -> bool:
    parse = discourse.parse
    return any(parse.lower[child] in _ALSO for child in parse.children[clause.head])


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
            yield Fact(
                holder._replace(role="subject"), _WORK, employer, "ending", now, fact.anchor
            )
    yield from _jobless(discourse, clause)


def _employer(discourse: Discourse, clause: Clause, fact: Fact) -> Argument | None:
    """Return for whom somebody works now by what a fact states."""
    lower = discourse.parse.lower
    if fact.rule == "passive agent":
        hired = fact.predicate == "hire" and fact.object.kind in ("person", "unknown")
        employer = fact.subject._replace(role="object")
        return employer if hired and _employs(employer) else None
    verb, _, rest = fact.predicate.partition(" ")
    if fact.predicate == "join" or (fact.predicate == "be at" and _is_now(discourse, clause)):
        return fact.object if _employs(fact.object) else None
    has_job = any(lower[head] in _JOBS for head in clause.objects)
    if verb in _BEGUN and has_job and rest in ("at", "with"):
        return fact.object if fact.object.named else None
    return (
        fact.object
        if fact.predicate in ("start at", "start working at") and _employs(fact.object)
        else None
    )


def _employs(argument: Argument) -> bool:
    words = argument.text.casefold().split()
    return argument.named and argument.kind == "organization" and _UNPAID.isdisjoint(words)


def _is_now(discourse: Discourse, clause: Clause) -> bool:
    parse = discourse.parse
    return any(parse.lower[child] == "now" for child in parse.children[clause.head])


def _jobless(discourse: Discourse, clause: Clause) -> Iterator[Fact]:
    """Read "I quit my job", "Ann was laid off", "Dad has retired", "I'm unemployed"."""
    if not _loses_work(discourse, clause):
        return
    over = clause._replace(tense="present")
    for head in clause.subjects:
        for subject in discourse.arguments(head, "subject", clause.head):
            said = f"{subject.text} is out of work"
            yield Fact(subject, _JOBLESS, _NO_WORK, "ending", over, clause.head, text=said)


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
    return verb == "retire" and not clause.objects and not named and clause.tense == "past"


def _is_own_job(discourse: Discourse, head: int) -> bool:
    parse = discourse.parse
    own = parse.child(head, "nmod:poss") is not None
    return own and parse.lower[head] in _JOBS
