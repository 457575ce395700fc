"""How a question wants its answer: as it is now, with nothing left out, or in the order of time.

Read from the question's words where the request does not say. Most questions want nothing of the
kind; then the ranking is all that there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphmem.reading.newer import asks_for_now, is_of_now
from graphmem_schemas import SearchMode

__all__ = ["Manner", "manner_of"]

# Of an answer that leaves nothing out, so many of the best stand as ranked.
_STAND = 5

_ORDER = re.compile(
    r"\bin (?:what|which) (?:order|sequence)\b|\b(?:the|what|which|chronological) (?:\w+ )?"
    r"(?:order|sequence) (?:in which|that|of|did|do|have|has|i|we)\b"
    r"|\bin (?:chronological )?order\b(?! to\b)|\bchronolog\w+|\btimeline of\b"
    # Which of two films is the older is no question about the order of what was told.
    r"|\b(?:i|we)\b.*\b(?:(?:first|earlier|later)\s*(?:\?|,.* or\b)|last\s*,.* or\b)",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\b(?:summar\w+|recap|overview|rundown)\b"
    r"|\bhow (?:has|have|did)\b.*\b(?:evolv|progress|develop|chang)\w+",
    re.IGNORECASE,
)
_OVER_TIME = re.compile(r"\b(?:evolv\w+|progress\w*|develop\w+|over time|so far)\b", re.IGNORECASE)
_SPAN = r"(?:hours?|days?|weeks?|months?|years?|minutes?|seconds?|times?|long)"
# What stands between "which" and its noun is no verb: "what does the bus …" has none.
_BEFORE_NOUN = r"(?!(?:have|has|had|do|does|did|am|can|could|will|would|should)\b)"
# Names, verbs and words in -us and -is end in s, too: "what does James do?"
_NO_PLURAL = (
    r"(?!(?-i:[A-Z])|\w*(?:us|is)\b|(?:does|has|was|as|gas|its|yes|always|sometimes|lens|news)\b)"
)
_LIST = re.compile(
    # "What activities does Ann do?", "which of the books have I read?"
    rf"\b(?:what|which)\s+(?:{_BEFORE_NOUN}[\w'’-]+\s+){{0,3}}?{_NO_PLURAL}\w+[^s\W]s\s+"
    r"(?:[\w'’]+\s+){0,3}(?:have|has|do|does|did|are|were|am)\b"
    rf"|^\W*how (?:many|often)\b(?! (?:\w+ ){{0,2}}?{_SPAN}\b)"
    r"|^\W*(?:list|enumerate|name (?:all|every|each|some|the \w+ (?:i|we)))\b"
    r"|\b(?:all|every one|each) (?:of )?(?:the|my|our|your|his|her|their|its)\b"
    r"|\bacross (?:all|my|our)\b|\baltogether\b",
    re.IGNORECASE,
)
_NO_LAST = (
    r"(?:(?:known )?(?:names?|surnames?|words?|will|resort|address|chapter|breath|few|couple"
    r"|nights?|evening|hours?|minutes?|days?|weeks?|weekends?|months?|quarter|semester|years?"
    r"|decade|century|summer|winter|spring|fall|one|two|three|four|\d+"
    r"|rows?|steps?|pages?|paragraphs?|stops?|lines?|items?|dates?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day))"
)
_LAST = re.compile(
    r"\b(?:most recent(?:ly)?|newest|last time|the last one)\b"
    r"|(?<!at the )\blatest\b(?! (?:on|time|possible)\b)|\bdid (?!it|this|that)\w+ last \w+"
    rf"|(?:\b(?:my|our|your|his|her|their)|['’]s) last (?!{_NO_LAST}\b)"
    # "The last trip with Ines", "the last book (that) I read"; "the last bus" is another.
    rf"|\bthe last (?!{_NO_LAST}\b)(?:[\w'’-]+ ){{1,3}}?"
    r"(?:with|(?:i|we|you|he|she|they)(?! (?:can|could|may|might|will|would|should))) "
    r"|\b(?:was|were) (?!it|this|that)\w+ last (?:at|with|there)\b"
    r"|\bdid (?!it|this|that)[\w'’]+ [\w'’]+ last\s*\?"
    r"|(?<!\bleast )(?<!\bthe )(?<!\ban )(?<!\ba )(?<!\bdoes )\b(?:recently|lately)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\W*(?:(?:so|and|but),? )?(?:have|has|had|did|do|does|is|are|was|were|am)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Manner:
    """What is done with the ranking of one question.

    Attributes:
        mode: as the trace names it; None: the ranking stands.
        why: what of the question says so.
        newer: what tells of a change comes before what it changes.
        last: of several that answer alike the last comes first.
        stand: so many of the best stand as ranked, and the rest is chosen so that no source
            repeats what others leave out; None: all stand.
        replies: a question and what was answered to it come together.
        in_time: the chosen hits come in the order of time.
        before: facts that held before are wanted, too.
        sides: it may be both affirmed and denied.
        today: what took a fact's place comes before it.
    """

    mode: SearchMode | None = None
    why: str = ""
    newer: bool = False
    last: bool = False
    stand: int | None = None
    replies: bool = False
    in_time: bool = False
    before: bool = False
    sides: bool = False
    today: bool = False


def manner_of(question: str, mode: SearchMode | None = None) -> Manner:
    """Return how a question wants its answer.

    Args:
        question: in full.
        mode: what the request says; None: the question tells.
    """
    told = _told_by(question)
    if mode is None or mode == told.mode:
        return told
    why = "the request says so"
    if mode == "latest":
        newer = asks_for_now(question)
        return Manner(mode, why, newer=newer, last=told.last or not newer)
    stand = _STAND if told.stand is None and mode == "all" else told.stand
    return Manner(
        mode, why, stand=stand, replies=told.replies, in_time=mode == "chronological", before=True
    )


def _told_by(question: str) -> Manner:
    if _SUMMARY.search(question):
        if _OVER_TIME.search(question) or _ORDER.search(question):
            why = "it asks for a summary over time"
            return Manner("chronological", why, stand=0, replies=True, in_time=True, before=True)
        return Manner("all", "it asks for a summary", stand=0, replies=True)
    if _ORDER.search(question):
        return Manner("chronological", "it asks in what order", in_time=True, before=True)
    is_list = _LIST.search(question)
    last = _LAST.search(question) is not None
    if asks_for_now(question) and (is_list is None or question.casefold().startswith("how many")):
        return Manner("latest", "it asks for one value as it is now", newer=True, last=last)
    if last and is_list is None:
        why = "it asks for the last of several"
        return Manner("latest", why, last=True, sides=_YES_OR_NO.match(question) is not None)
    if is_list:
        return Manner("all", "it asks for more than one thing", stand=_STAND)
    sides = _YES_OR_NO.match(question) is not None
    return Manner(sides=sides, today=is_of_now(question))
