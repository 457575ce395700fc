"""A fact before it gets its offsets, and what each rule's facts are worth."""

from __future__ import annotations

from dataclasses import dataclass

from graphmem.core.extraction import Argument
from graphmem.language.propositions.clauses import Clause

__all__ = ["CONFIDENCE", "Fact"]

# The share of a rule's facts whose two ends an LLM's triples of the same passage join as well,
# over 1,890 encyclopedic passages (docs/language.md): a lower bound of being right.
CONFIDENCE = {
    "copula of": 0.45,
    "passive agent": 0.39,
    "lift": 0.36,
    "complement": 0.34,
    "copula": 0.32,
    "apposition of": 0.28,
    "svo": 0.28,
    "oblique": 0.27,
    "adverbial": 0.23,
    "relative": 0.18,
    "apposition": 0.14,
    "quality": 0.14,
    "title": 0.12,
    "date": 0.08,
    "possession": 0.08,
}


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """Subject, predicate and object with the rule that found them.

    Attributes:
        clause: the clause that states it; None where a noun phrase does.
        anchor: the word that the object, or the noun phrase, hangs on.
    """

    subject: Argument
    predicate: str
    object: Argument
    rule: str
    clause: Clause | None
    anchor: int
