"""Who works where, and who no longer does, by what a clause says of jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from graphmem.core.extraction import Argument
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact

__all__ = ["ALSO", "JOBS", "jobs_of", "may_employ", "without_hired"]

ALSO = frozenset({"also", "too", "additionally"})
"""What says that there is one more."""
JOBS = frozenset("job position post role work career internship apprenticeship".split())
"""The nouns for what one is employed in."""

_WORK, _NO_WORK = "work at", Argument("work", "object", literal=True)
_JOBLESS = "be out of work"
# Named groups that one joins without being paid.
_UNPAID = frozenset(
    "association band choir church club federation group guild movement party society team "
    "union".split()
)
_LOSING = frozenset({"quit", "leave", "lose"})
_BEGUN = frozenset({"start", "begin", "get", "take", "land", "accept", "find"})
# Who is one of these at a named place is paid by it; a guest, a student or a member is not.
_OCCUPATIONS = frozenset(
    "accountant actuary administrator analyst architect assistant associate attorney auditor "
    "baker banker barista bartender biologist bookkeeper bookseller builder butcher buyer carer "
    "cashier chef chemist cleaner clerk consultant cook copywriter dentist designer developer "
    "dietitian doctor driver economist editor electrician engineer firefighter gardener "
    "geologist guard hairdresser illustrator instructor janitor journalist lawyer lecturer "
    "librarian machinist manager mechanic midwife nurse nutritionist officer operator "
    "optometrist paralegal paramedic pharmacist photographer physicist physiotherapist pilot "
    "plumber postdoc producer professor programmer psychiatrist psychologist receptionist "
    "recruiter reporter researcher scientist secretary sommelier statistician steward "
    "strategist surgeon surveyor teacher technician teller therapist trainer translator "
    "underwriter veterinarian vet waiter waitress warehouseman welder writer".split()
)
# "A volunteer nurse", "a former teacher", "the best driver": not now, or not for money.
_NOT_PAID = frozenset(
    "best ex former greatest guest honorary retired student top visiting volunteer worst".split()
)
_NO_LONGER = frozenset({"longer", "anymore", "more"})
_LASTING = frozenset({"since", "until", "till", "from", "to"})
# Whom one leaves, or where one leaves from, says nothing of a job.
_NO_EMPLOYER = frozenset({"person", "place", "time", "event", "quantity"})


def jobs_of(discourse: Discourse, clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Yield the jobs that a clause says somebody has, begins or loses.

    Args:
        discourse: the passage.
        clause: a verb or a copula that is asserted.
        facts: what it states.
    """
    posts = (fact for fact in facts if _is_post(discourse, clause, fact))
    yield from (fact._replace(predicate=_WORK, rule="ending", said=None) for fact in posts)
    if clause.negated:
        return
    for fact in facts:
        employer = _employer(discourse, clause, fact)
        if employer is not None:
            holder = fact.object if fact.rule == "passive agent" else fact.subject
            now = clause._replace(tense="present")
            holder = holder._replace(role="subject")
            yield Fact(holder, _WORK, employer, "ending", now, fact.anchor, begun=True)
    yield from _jobless(discourse, clause)


def may_employ(argument: Argument) -> bool:
    """Whether it has a name, and may be a company by what is known of it."""
    return argument.named and not argument.literal and argument.kind not in _NO_EMPLOYER


def _is_post(discourse: Discourse, clause: Clause, fact: Fact) -> bool:
    """Whether somebody is paid for what they are there: "I'm a nurse at Maple Clinic"."""
    parse, noun = discourse.parse, clause.head
    at = fact.predicate in (f"be {parse.lower[noun]} at", "be at")
    if not (clause.copular and at and parse.lower[noun] in _OCCUPATIONS):
        return False
    children = [child for child in parse.children[noun] if child != fact.anchor]
    words = {parse.lower[token] for child in children for token in (child, *parse.children[child])}
    bare = not any(parse.deps[child] in ("amod", "compound") for child in children)
    if clause.negated and not (bare and not words.isdisjoint(_NO_LONGER)):
        return False  # they may do something else there: "no longer the night nurse"
    beside = (c for c in children if parse.deps[c].startswith(("obl", "nmod", "advcl", "acl")))
    alone = all(discourse.case(c) in _LASTING and discourse.is_time(c) for c in beside)
    employs = may_employ(fact.object) or (fact.object.named and fact.object.kind == "place")
    return alone and employs and words.isdisjoint(_NOT_PAID | ALSO)


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
    has_job = any(lower[head] in JOBS for head in clause.objects)
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
