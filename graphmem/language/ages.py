"""How old somebody is, which is one thing at a time: "Elif is seven", "turned eight"."""

from __future__ import annotations

import re

from graphmem.core.extraction import Argument
from graphmem.language.kinds import GROUPS, LIVING
from graphmem.language.outright import is_outright, only_below
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact, reading
from graphmem.language.times.words import NUMBERS

__all__ = ["aged"]

_AGE = "have age"
_WORD = "|".join(sorted(NUMBERS, key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,2}}|1[0-2]\d|(?:{_WORD})(?:[- ](?:{_WORD}))?)"
_BARE = re.compile(_NUMBER, re.IGNORECASE)
_OLD = re.compile(rf"({_NUMBER})( (?:year|month|week|day)s?) old", re.IGNORECASE)
_OF_WHO_IS = frozenset({"nsubj", "cop", "compound", "nummod"})
_OF_WHO_TURNED = frozenset({"nsubj", "obj", "aux", "obl", "obl:unmarked"})


def aged(discourse: Discourse, fact: Fact, clause: Clause) -> Fact | None:
    """Return a fact of somebody's age under the relation that has one value; None for others.

    "Is seven" tells the age of who has a name or is somebody's; "is 34 years old" that of a
    house, too.

    Args:
        discourse: the passage.
        fact: what a clause states.
        clause: states it.
    """
    turned = fact.predicate == "turn" and clause.tense == "past" and not clause.negated
    if not turned and (fact.predicate != "be" or clause.tense != "present"):
        return None
    said = fact.object.text.removeprefix("no longer ")
    old = _OLD.fullmatch(said)
    if old is None and not (_BARE.fullmatch(said) and _is_somebody(discourse, clause, fact)):
        return None
    if turned and not _has_turned(discourse, clause):
        return None
    if not (turned or old or _is_alone(discourse, clause)):
        return None
    number, unit = old.groups() if old else (said, "")
    age = f"{_digits(number)}{'' if 'year' in unit else unit.lower()}"
    value = Argument(age, "object", "quantity", literal=True)
    return fact._replace(
        predicate=_AGE, object=value, begun=turned, text=reading(fact),
        clause=clause._replace(tense="present"),
    )  # fmt: skip


def _is_somebody(discourse: Discourse, clause: Clause, fact: Fact) -> bool:
    """Whether one is meant who has an age, and not "the client" or "my kids"."""
    if fact.subject.kind not in LIVING or fact.subject.literal:
        return False
    words = fact.subject.text.casefold().split()
    if words and words[-1] in GROUPS:
        return False
    heads = [head for head in clause.subjects if head >= 0]
    plural = any(discourse.parse.tags[head] in ("NNS", "NNPS") for head in heads)
    owned = any(discourse.owner(head) is not None for head in heads)
    return not plural and len(heads) == 1 and (fact.subject.named or owned)


def _is_alone(discourse: Discourse, clause: Clause) -> bool:
    """Whether a number stands for itself: no "under 40", no "7 on the list", no "30 or 40"."""
    parse, head = discourse.parse, clause.head
    # "I'm 30 and single", "is no longer seven".
    qualities = {
        parse.deps[child]
        for child in parse.children[head]
        if child > head and parse.tags[child] in ("JJ", "VBN")
    }
    negations = {"advmod"} if clause.negated else set[str]()
    return parse.lower[head] != "one" and only_below(
        discourse, head, _OF_WHO_IS | qualities | negations
    )


def _has_turned(discourse: Discourse, clause: Clause) -> bool:
    plain = only_below(discourse, clause.head, _OF_WHO_TURNED)
    then = all(
        discourse.is_time(head) or discourse.case(head) in ("at", "with")
        for head in clause.obliques
    )
    return plain and then and is_outright(discourse, clause)


def _digits(number: str) -> str:
    """Return "23" for "twenty-three", so that whoever says it in figures says the same."""
    parts = re.split(r"[- ]", number.lower())
    return number if parts[0].isdigit() else str(sum(NUMBERS[part] for part in parts))
