"""A fact before it gets its offsets, and what each rule's facts are worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graphmem.core.extraction import Argument
from graphmem.core.wording import word_fact
from graphmem.language.propositions.clauses import Clause

__all__ = ["CONFIDENCE", "Fact", "reading", "reworded", "worded"]

# The share of a rule's facts whose two ends an LLM's triples of the same passage join as well,
# over 1,890 encyclopedic passages (scripts/measure_language.py): a lower bound
# of being right.
CONFIDENCE = {
    "copula of": 0.47,
    "passive agent": 0.41,
    "lift": 0.38,
    "apposition of": 0.35,
    "copula": 0.33,
    "of a name": 0.32,
    "inner lift": 0.31,
    "adverbial": 0.28,
    "ending": 0.28,
    "complement": 0.28,
    "oblique": 0.28,
    "svo": 0.28,
    "apposition": 0.17,
    "possession": 0.17,
    "date": 0.15,
    "quality": 0.15,
    "relative": 0.11,
}


class Fact(NamedTuple):
    """Subject, predicate and object with the rule that found them.

    Attributes:
        clause: the clause that states it; None where a noun phrase does.
        anchor: the word that the object, or the noun phrase, hangs on.
        said: the predicate as it is worded, where that is not how facts know it ("be CEO of").
        told_of: the subject as it is worded, where that is more ("Mara's manager").
        text: how it reads as a whole, where its parts do not say it in their order.
        begun: whether the clause tells how it began: it holds from the time that is named.
    """

    subject: Argument
    predicate: str
    object: Argument
    rule: str
    clause: Clause | None
    anchor: int
    said: str | None = None
    told_of: str | None = None
    text: str | None = None
    begun: bool = False


def reworded(facts: Iterable[Fact], said: str | None) -> Iterator[Fact]:
    """Yield facts with the predicate as it is worded; None leaves it to the one they have."""
    return (fact._replace(said=said) for fact in facts)


def worded(fact: Fact) -> tuple[str, str, str]:
    """Return subject, predicate and object as they are worded: "Mara sold car", which is hers."""
    subject = fact.told_of or fact.subject.text
    value = fact.object.text.removeprefix(f"{fact.subject.text}'s ")
    return subject, fact.said or fact.predicate, value


def reading(fact: Fact) -> str:
    """Return a fact in the words that it was said with."""
    clause = fact.clause
    negated, past = (clause.negated, clause.tense == "past") if clause else (False, False)
    return word_fact(*worded(fact), negated=negated, tense="past" if past else "present")
