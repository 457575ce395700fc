"""The value that somebody gives to a thing: "the landlord raised the rent to 980 euros"."""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.extraction import Argument
from graphmem.core.wording import word_fact
from graphmem.language.one_value import IS, of_owner, relation_of
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact

__all__ = ["set_by"]

# What is done to a value says what it is from then on.
_SETTING = frozenset(
    "raise lower change update set increase decrease cut reduce move push bump reschedule "
    "postpone shift extend reset drop rename".split()
)
_ONES_OWN = frozenset({"passcode", "password", "pin"})
_CHANGING = frozenset({"change", "update", "set", "reset", "rename"})


def set_by(discourse: Discourse, clause: Clause) -> Iterator[Fact]:
    """Yield the value that something has from then on, told of whose it is.

    Args:
        discourse: the passage.
        clause: its verb, if it gives values, is one of a few.
    """
    if clause.lemma not in _SETTING or clause.passive or not clause.asserted or clause.negated:
        return
    now = clause._replace(tense="present")
    changed = "be changed to" if clause.lemma in _CHANGING else "be moved to"
    for thing in clause.objects:
        for subject in discourse.arguments(thing, "subject", clause.head):
            for head, value in _values(discourse, clause):
                fact = Fact(subject, changed, value, "oblique", now, head, begun=True)
                predicate = relation_of(fact)
                if predicate is None:
                    continue
                said = word_fact(subject.text, "be", value.text, negated=False)
                fact = fact._replace(predicate=predicate, text=said)
                owned = of_owner(discourse, [thing], fact) if predicate == IS else None
                yield owned or fact
                if predicate == IS and owned is None:
                    yield from _of_speaker(discourse, clause, fact)


def _values(discourse: Discourse, clause: Clause) -> Iterator[tuple[int, Argument]]:
    for head in clause.obliques:
        if discourse.case(head) == "to":
            for value in discourse.arguments(head, "object", clause.head):
                yield head, value


def _of_speaker(discourse: Discourse, clause: Clause, fact: Fact) -> Iterator[Fact]:
    """Tell it of who speaks as well: whoever "changed the password" may have called it theirs."""
    words = fact.subject.text.casefold().split()
    if clause.lemma not in _CHANGING or not words or words[-1] not in _ONES_OWN:
        return
    for head in clause.subjects:
        for one in discourse.arguments(head, "subject", clause.head):
            if discourse.is_speaker(one):
                what, value = fact.subject.text, fact.object.text
                said = word_fact(f"{one.text}'s {what}", "be", value, negated=False)
                yield fact._replace(subject=one, predicate=f"have {what.lower()}", text=said)
