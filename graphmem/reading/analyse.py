"""What a question says about its answer, without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor
from typing import NamedTuple

from graphmem.core.lexical import TextQuery
from graphmem.core.marks import asked_dates, proper_words, wants_of
from graphmem.core.months import asked_months
from graphmem.core.terms import terms, words
from graphmem.language.times.find import TimePhrase, find_times, names_time
from graphmem.reading.framing import subject_of, without_now

__all__ = ["Question", "Then", "analyse", "asked"]

# Nobody asks in more; whoever pastes a document as a question is answered for its beginning.
_MAX_CHARS = 4_000
_MAX_SPANS, _END_OF_TIME = 8, 2**62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAST = re.compile(
    r"\b(?:did|was|were|had|been|said|told|went|got|met|made|saw|bought|wrote|gave|took|spoke)\b",
    re.IGNORECASE,
)
# "Called" looks back, unless it is what is, or should be, called.
_PARTICIPLE = re.compile(
    r"\b(?!(?:need|feed|speed|seed|indeed|exceed|proceed|succeed|hundred)\b)\w{2,}ed\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:am|is|are|be|do|does|can|could|must|need|shall|should|will|would"
    r"|(?:what|who|where|when|how|that|there|it)['’]s)\b",
    re.IGNORECASE,
)
_ASKS_ASSISTANT = re.compile(
    r"\b(?:did|have|had|were|are) you\b"
    # "Can you list ..." asks whoever reads the answer, not what was said.
    r"|(?<!\bcan )(?<!\bcould )(?<!\bwould )(?<!\bwill )(?<!\bdo )"
    r"\byou (?:recommend|suggest|provid|advis|mention|tell|told|said|gave|list|help)\w*"
    r"|\byour (?:recommend|suggest|advice|explan|response|answer)\w*",
    re.IGNORECASE,
)


# What says only where a time lies, and nothing of what was told then.
_RELATIVE = re.compile(
    r"\b(?:yesterday|today|tonight|last|this|past|previous|ago|days?|weeks?|weekends?|months?|years?"
    r"|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|couple|few|\d{1,2})"
    r"(?= (?:of )?(?:days?|weeks?|weekends?|months?|years?)))\b",
    re.IGNORECASE,
)


class Then(NamedTuple):
    """A time that is over: its first and its last moment."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question, taken apart.

    Attributes:
        text: what is asked, as far as it counts.
        query: its words, for lexical search.
        asks_assistant: whether it is about what the assistant ("you") said.
        times: terms of the times that it names, which an answer need not say.
        then: the one time before now that it names; None where it names none, or several.
    """

    text: str
    query: TextQuery
    asks_assistant: bool
    times: frozenset[str] = frozenset()
    then: Then | None = None


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
    in_order, at = words(said), as_of or now
    times = _times(said, at) if names_time(in_order, said) else _Times(said, said, "", said, ())
    spans = times.spans
    query = TextQuery(
        words=tuple(in_order),
        terms=tuple(terms(times.topic)),
        until=floor(as_of.timestamp()) if as_of else None,
        proper=frozenset(terms(" ".join(proper_words(said)))),
        wants=wants_of(said),
        dates=asked_dates(times.dated),
        months=asked_months(said),
        spans=spans,
        last=last,
    )
    then = _then(*spans[0], at) if at and len(spans) == 1 else None
    # Somebody may be called like a month.
    named = frozenset(terms(times.named)).difference(terms(times.rest))
    return Question(said, query, bool(_ASKS_ASSISTANT.search(said)), named, then)


class _Times(NamedTuple):
    """What a text says of times.

    Attributes:
        dated: the text without the times that something was told before.
        topic: the text without the words that say where the other times lie.
        named: what says those others.
        rest: the text without all that says those.
        spans: those, as intervals in seconds since 1970; open ones end with time.
    """

    dated: str
    topic: str
    named: str
    rest: str
    spans: tuple[tuple[int, int], ...]


def _times(text: str, now: datetime | None) -> _Times:
    """Read the times of a text.

    What was told before some time is most of what there is. What is to come was told at any
    time; of what goes on, and of "on Monday", only a verb of the past says that it is looked
    back on.
    """
    found, named, dated, topic, rest = [], [], text, text, text
    looks_back = _looks_back(text)
    for phrase in find_times(text, now):
        when = phrase.when("past")
        if phrase.sense in ("before", "until"):
            dated = _blanked(dated, phrase)
        elif when is not None and when.start is not None and (not now or when.start <= now):
            is_over = when.end is not None and (not now or when.end <= now)
            if looks_back or (is_over and phrase.sure):
                stop = int(when.end.timestamp()) if when.end else _END_OF_TIME
                found.append((int(when.start.timestamp()), stop))
                said = text[phrase.start : phrase.end]
                named.append(said)
                blank = _RELATIVE.sub(lambda word: " " * len(word[0]), said)
                topic = topic[: phrase.start] + blank + topic[phrase.end :]
                rest = _blanked(rest, phrase)
    return _Times(dated, topic, " ".join(named), rest, tuple(found[:_MAX_SPANS]))


def _blanked(text: str, phrase: TimePhrase) -> str:
    return text[: phrase.start] + " " * (phrase.end - phrase.start) + text[phrase.end :]


def _looks_back(text: str) -> bool:
    if _PAST.search(text):
        return True
    return _PARTICIPLE.search(text) is not None and not _PRESENT.search(text)


def _then(first: int, stop: int, now: datetime) -> Then | None:
    if stop > now.timestamp():
        return None
    since, end = (_EPOCH + timedelta(seconds=moment) for moment in (first, stop))
    return Then(since, end - timedelta(seconds=1))


def asked(text: str) -> str:
    """Return what a question asks, as far as it counts."""
    return without_now(subject_of(text[:_MAX_CHARS]))
