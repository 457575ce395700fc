"""What a question says about its answer, without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from graphmem.core.lexical import TextQuery
from graphmem.core.marks import asked_dates, proper_words, wants_of
from graphmem.core.months import asked_months
from graphmem.core.terms import terms, words
from graphmem.language.when import find_times, names_time
from graphmem.reading.framing import subject_of

__all__ = ["Question", "analyse", "asked"]

# Nobody asks in more; whoever pastes a document as a question is answered for its beginning.
_MAX_CHARS = 4_000
_MAX_SPANS, _END_OF_TIME = 8, 2**62
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


def analyse(
    text: str, as_of: datetime | None = None, now: datetime | None = None, *, last: bool = False
) -> Question:
    """Take a question apart. O(n).

    Args:
        text: the question.
        as_of: nothing that was said later counts; None is no limit.
        now: from when "last week" counts, unless that is `as_of`; None leaves such times out.
        last: whether of what answers alike the last is wanted.
    """
    said = asked(text)
    in_order = words(said)
    query = TextQuery(
        words=tuple(in_order),
        terms=tuple(terms(said)),
        until=int(as_of.timestamp()) if as_of else None,
        proper=frozenset(terms(" ".join(proper_words(said)))),
        wants=wants_of(said),
        dates=asked_dates(said),
        months=asked_months(said),
        spans=_spans(said, as_of or now) if names_time(in_order, said) else (),
        last=last,
    )
    return Question(said, query, bool(_ASKS_ASSISTANT.search(said)))


def _spans(text: str, now: datetime | None) -> tuple[tuple[int, int], ...]:
    """Return the intervals that a text names, in seconds since 1970; open ones end with time."""
    found = []
    for phrase in find_times(text, now):
        when = phrase.when("past")
        # What was told before some time is most of what there is.
        if when is not None and when.start is not None:
            stop = int(when.end.timestamp()) if when.end else _END_OF_TIME
            found.append((int(when.start.timestamp()), stop))
    return tuple(found[:_MAX_SPANS])


def asked(text: str) -> str:
    """Return what a question asks, as far as it counts."""
    return subject_of(text[:_MAX_CHARS])
