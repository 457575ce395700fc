"""A fact before it gets its offsets, and what each rule's facts are worth."""

from __future__ import annotations

from typing import NamedTuple

from graphmem.core.extraction import Argument
from graphmem.language.propositions.clauses import Clause

__all__ = ["CONFIDENCE", "Fact"]

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
    """

    subject: Argument
    predicate: str
    object: Argument
    rule: str
    clause: Clause | None
    anchor: int
