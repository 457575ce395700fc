"""How old somebody is, which is one thing at a time: "Elif is seven", "turned eight"."""

from __future__ import annotations

import re

from graphmem.core.extraction import Argument
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact, reading

__all__ = ["aged"]

_AGE = "have age"
_LIVING = frozenset({"person", "animal"})
_UNITS = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORD = (
    rf"(?:(?:{_TENS.replace(' ', '|')})(?:[- ](?:{_UNITS.replace(' ', '|')}))?"
    rf"|{_TEENS.replace(' ', '|')}|{_UNITS.replace(' ', '|')})"
)
_NUMBER = rf"(?:\d{{1,2}}|1[0-2]\d|{_WORD})"
_BARE = re.compile(_NUMBER, re.IGNORECASE)
_OLD = re.compile(rf"({_NUMBER}|{_NUMBER} (?:days|weeks|months)) (?:years? )?old", re.IGNORECASE)


def aged(discourse: Discourse, fact: Fact, clause: Clause) -> Fact | None:
    """Return a fact of somebody's age under the relation that has one value; None for others.

    "Is seven" tells the age of what lives; "is 34 years old" that of a house, too.

    Args:
        discourse: the passage.
        fact: what a clause states.
        clause: states it.
    """
    if clause.negated or fact.subject.literal:
        return None
    turned = fact.predicate == "turn" and clause.tense == "past"
    if not turned and (fact.predicate != "be" or clause.tense != "present"):
        return None
    said = fact.object.text
    old = _OLD.fullmatch(said)
    alone = not any(
        discourse.parse.deps[child] in ("nmod", "nummod", "acl", "acl:relcl")
        for child in discourse.parse.children[fact.anchor]
    )
    bare = _BARE.fullmatch(said) and said.lower() != "one" and alone
    if old is None and not (bare and fact.subject.kind in _LIVING):
        return None
    value = Argument(old.group(1) if old else said, "object", "quantity", literal=True)
    return fact._replace(
        predicate=_AGE, object=value, begun=turned, text=reading(fact),
        clause=clause._replace(tense="present"),
    )  # fmt: skip
