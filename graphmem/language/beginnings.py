"""What begins with what a clause states: a job, a home in a town, a death, a trade.

Those who were asked about would not be found by the words that told of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.extraction import Argument
from graphmem.language.changes import homes_of
from graphmem.language.jobs import jobs_of
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact

__all__ = ["beginnings_of"]

_DYING = frozenset({"die", "pass away"})
_DEAD = Argument("dead", "object", literal=True)
_LIVING = frozenset({"person", "animal"})
_BARTERING = frozenset({"trade", "trade in", "swap", "exchange"})


def beginnings_of(discourse: Discourse, clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Yield what is so from then on, or is no more, by what a clause states.

    Args:
        discourse: the passage.
        clause: a verb or a copula.
        facts: what it states.
    """
    if clause.negated or not clause.asserted:
        return
    yield from jobs_of(discourse, clause, facts)
    yield from homes_of(discourse, facts)
    yield from _deaths(discourse, clause)
    yield from _bartered(clause, facts)


def _deaths(discourse: Discourse, clause: Clause) -> Iterator[Fact]:
    """Read "Bruno died", which has nothing else to be said of him: he is dead from then on."""
    if clause.lemma not in _DYING or clause.tense != "past":
        return
    now = clause._replace(tense="present")
    for head in clause.subjects:
        whose = head >= 0 and discourse.owner(head) is not None
        for subject in discourse.arguments(head, "subject", clause.head):
            if subject.kind in _LIVING and (subject.named or whose):
                said = f"{subject.text} {'died' if clause.lemma == 'die' else 'passed away'}"
                yield Fact(subject, "be", _DEAD, "ending", now, clause.head, text=said, begun=True)


def _bartered(clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Read what one has got: "I traded my Toyota for a Honda"."""
    if clause.lemma not in _BARTERING or clause.tense != "past" or not clause.objects:
        return
    for fact in facts:
        if fact.predicate == f"{clause.lemma} for" and fact.object.kind != "time":
            now = clause._replace(tense="present")
            yield fact._replace(predicate="have", clause=now, rule="ending", begun=True)
