"""How a fact reads that an extractor found."""

from __future__ import annotations

from typing import Literal

from graphmem.core.extraction import PropositionDraft
from graphmem.core.wording import word_fact

__all__ = ["worded"]


def worded(fact: PropositionDraft) -> str:
    """Return the fact as one statement."""
    if fact.text is not None:
        return fact.text
    subject, obj = (" ".join(a.text.split()) for a in (fact.subject, fact.object))
    if fact.rule == "given":  # the caller's relations are phrases of their own
        said = f"not {fact.predicate}" if fact.negated else fact.predicate
        return f"{subject} {said} {obj}"
    tense: Literal["past", "present"] = "past" if fact.tense == "past" else "present"
    return word_fact(subject, fact.predicate, obj, negated=fact.negated, tense=tense)
