"""What a question says about its answer, without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from graphmem.core.lexical import TextQuery
from graphmem.core.marks import asked_dates, proper_words, wants_of
from graphmem.core.months import asked_months
from graphmem.core.terms import terms, words
from graphmem.reading.framing import subject_of

__all__ = ["Question", "analyse", "asked"]

# Nobody asks in more; whoever pastes a document as a question is answered for its beginning.
_MAX_CHARS = 4_000
_ASKS_ASSISTANT = re.compile(
    r"\b(?:did|have|had|were|are) you\b"
    # "Can you list ..." asks whoever reads the answer, not what was said.
    r"|(?<!\bcan )(?<!\bcould )(?<!\bwould )(?<!\bwill )(?<!\bdo )"
    r"\byou (?:recommend|suggest|provid|advis|mention|tell|told|said|gave|list|help)\w*"
    r"|\byour (?:recommend|suggest|advice|explan|response|answer)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, taken apart.

    Attributes:
        text: what is asked, as far as it counts.
        query: its words, for lexical search.
        asks_assistant: whether it is about what the assistant ("you") said.
    """

    text: str
    query: TextQuery
    asks_assistant: bool


def analyse(text: str, as_of: datetime | None = None) -> Question:
    """Take a question apart. O(n)."""
    said = asked(text)
    query = TextQuery(
        words=tuple(words(said)),
        terms=tuple(terms(said)),
        until=int(as_of.timestamp()) if as_of else None,
        proper=frozenset(terms(" ".join(proper_words(said)))),
        wants=wants_of(said),
        dates=asked_dates(said),
        months=asked_months(said),
    )
    return Question(said, query, bool(_ASKS_ASSISTANT.search(said)))


def asked(text: str) -> str:
    """Return what a question asks, as far as it counts."""
    return subject_of(text[:_MAX_CHARS])
