"""A fact before it gets its offsets, and what each rule's facts are worth."""

from __future__ import annotations

from dataclasses import dataclass

from graphmem.core.extraction import Argument
from graphmem.language.propositions.clauses import Clause

__all__ = ["CONFIDENCE", "Fact"]

CONFIDENCE = {
    **dict.fromkeys(
        "svo relative oblique adverbial complement quality copula lift title date possession".split(),
        0.5,
    ),
    "passive agent": 0.5,
    "copula of": 0.5,
    "apposition": 0.5,
    "apposition of": 0.5,
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
