"""What begins with what a clause states: a job, a home in a town, a death, a trade.

Nobody who asks where she lives or whether he is alive uses the words in which that was told.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.extraction import Argument
from graphmem.core.predicates import BARTERING
from graphmem.language.changes import homes_of
from graphmem.language.jobs import jobs_of
from graphmem.language.kinds import GROUPS, LIVING
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact
from graphmem.language.propositions.nominal import DYING

__all__ = ["beginnings_of"]

_DEAD = Argument("dead", "object", literal=True)
# A cat may be called Pepper.
_MAY_LIVE = LIVING | {"substance", "unknown"}
_SPEAKERS = frozenset({"i", "we"})
# "Died of laughter", "died on me", "died in the game": nobody is dead.
_NOT_DEAD = frozenset(
    "dream dreams game movie film show book novel series story play episode me us laughter "
    "laughing embarrassment boredom shame inside times twice".split()
)
_DETERMINERS = frozenset({"det", "nmod:poss", "nummod"})
_NO_THINGS = frozenset({"person", "place", "time", "event"})


def beginnings_of(discourse: Discourse, clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Yield what is so from then on, or is no more, by what a clause states.

    Args:
        discourse: the passage.
        clause: a verb or a copula.
        facts: what it states.
    """
    if not clause.asserted:
        return
    yield from jobs_of(discourse, clause, facts)
    if clause.negated:
        return
    yield from homes_of(discourse, facts)
    yield from _deaths(discourse, clause)
    yield from _bartered(discourse, clause, facts)


def _deaths(discourse: Discourse, clause: Clause) -> Iterator[Fact]:
    """Read "Bruno died", which has nothing else to be said of him: he is dead from then on."""
    parse = discourse.parse
    if clause.lemma not in DYING or clause.tense != "past" or clause.objects:
        return
    if any(parse.lower[child] in _NOT_DEAD for child in parse.children[clause.head]):
        return
    now = clause._replace(tense="present")
    verb = "died" if clause.lemma == "die" else "passed away"
    last = max(clause.subjects, default=-1)
    for head in clause.subjects:
        # In "my friend Tom's mother", two nouns are read as subjects.
        if head < 0 or (head != last and parse.tags[last] == "NN"):
            continue
        for subject in discourse.arguments(head, "subject", clause.head):
            if _lived(discourse, head, subject):
                said = f"{subject.text} {verb}"
                yield Fact(subject, "be", _DEAD, "ending", now, clause.head, text=said, begun=True)


def _lived(discourse: Discourse, head: int, subject: Argument) -> bool:
    """Whether one lived: who has a name, or is somebody's; not a phone, a team or a project."""
    if discourse.parse.lower[head] in _SPEAKERS:
        return False
    known = subject.kind in LIVING
    if discourse.owner(head) is not None:
        return known and discourse.parse.lower[head] not in GROUPS
    return subject.named and (known or (" " not in subject.text and subject.kind in _MAY_LIVE))


def _bartered(discourse: Discourse, clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Read what one has got: "I traded my Toyota for a Honda", and not "for nothing"."""
    if (
        clause.lemma.partition(" ")[0] not in BARTERING
        or clause.tense != "past"
        or not clause.objects
    ):
        return
    for fact in facts:
        if fact.predicate != f"{clause.lemma} for" or fact.object.kind in _NO_THINGS:
            continue
        if not _DETERMINERS.isdisjoint(discourse.parse.below[fact.anchor]):
            now = clause._replace(tense="present")
            yield fact._replace(predicate="have", clause=now, rule="ending", begun=True)
