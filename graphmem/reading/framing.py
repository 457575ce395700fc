"""What a question is about, without the words of the request around it.

"Can you list the order in which I brought up different aspects of my book club throughout our
conversations, in order? Mention ONLY five items." is about "my book club": nothing else of it
stands in any passage, and passages that speak of lists and orders are none that answer. Only
requests for a summary or an order are taken apart; any other question stays as it is.
"""

from __future__ import annotations

import re

__all__ = ["OPENING", "subject_of", "without_now"]

OPENING = r"\W*(?:(?:and|but|so|now)\W+)?"
"""How a question may open before its first word, as a part of a pattern that ignores case."""

_PLEASE = (
    r"(?:(?:please|hi|hey|hello|ok|so)\b\W*)*"
    r"(?:(?:can|could|would|will) you(?: please| kindly)?\s+"
    r"|(?:i(?:'d| would) like|i want) you to\s+|help me(?: to)?\s+|please\s+)?"
)
_DO = (
    r"(?:(?:list|name|enumerate|describe|explain|outline|recall|tell me|show me|remind me(?: of)?"
    r"|walk me through|take me through|give me|give|provide me with|provide|make|write|present)"
    r"\s+(?:about\s+)?)"
)
_SUMMARY = (
    r"(?:summari[sz]e|recap|(?:an?|the|some)\s+(?:\w+\s+){0,3}?"
    r"(?:summary|overview|recap|outline|timeline|rundown|chronology)\s+(?:of|on|about))\s+"
    r"(?:how\s+)?"
)
_ORDER = (
    r"(?:in\s+(?:chronological\s+)?order,?\s+|(?:in\s+)?(?:the|what|which)\s+(?:\w+\s+)?"
    r"(?:order|sequence)\s+(?:(?:in\s+which|that|of)\s+)?)(?:how\s+)?"
)
_SAID = (
    r"(?:(?:how\s+)?(?:did\s+)?(?:i|we)\s+(?:bring up|brought up|mention(?:ed)?|raised?"
    r"|discuss(?:ed)?|talk(?:ed)? about)\s+)"
)
_PARTS = r"(?:(?:the\s+)?(?:different|various)\s+(?:(?:aspects|things|topics|points)\s+of\s+)?)?"
_FRAME = re.compile(
    rf"\W*{_PLEASE}(?:{_DO}?(?:{_SUMMARY}|{_ORDER}{_SAID}?)|{_DO}{_SAID}){_PARTS}", re.IGNORECASE
)
_ASIDE = re.compile(
    r",?\s*\b(?:(?:throughout|across|through|during|over|in|from|based on|over the course of)\s+"
    r"(?:all\s+)?(?:of\s+)?(?:our|my)\s+(?:\w+\s+)?"
    r"(?:conversations?|chats?|discussions?|sessions?|messages|talks?)"
    r"|in\s+(?:chronological\s+|the\s+right\s+)?order|so far|over time"
    r"|(?:that )?we(?:'ve| have)? (?:talked about|discussed))\b",
    re.IGNORECASE,
)
# A sentence that only says what the answer should look like.
_FORM = re.compile(
    r"\W*(?:mention|list|name|give|answer|reply|respond|use|include|limit|keep|return|write)\b.*"
    r"\b(?:only|exactly|at most|no more than|just|briefly|in \w+ (?:words|sentences))\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?<=[.!?])\s+")
# Words without which there is no request to be taken off; looked for first, since most have none.
_HINT = re.compile(
    r"summar|recap|overview|outline|timeline|rundown|chronolog|order|sequence|\b(?:i|we) (?:bring"
    r"|brought|mention|raise|discuss|talk)",
    re.IGNORECASE,
)
# "Now" says which of several answers is wanted, and is no word of any. A name may have it.
_NOW = re.compile(
    r",?\s*\b(?:[Ff]rom now on|(?:(?:right|just|even|as of|by|until|up to) )?(?<!and )now"
    r"(?! that\b)(?=\W*$|\s)|(?:nowadays|currently|at present)(?=\W*$|\s)"
    r"|(?:(?:at the|right this) moment|these days|any ?more|any longer)(?=\W*$))"
)
_STILL = re.compile(
    r"\b((?:[Aa]m|[Ii]s|[Aa]re|[Hh]as|[Hh]ave|I|[Ww]e|he|she|it|they|you)(?:['’]\w+)?|[A-Z]\w+)"
    r" still(?= \w)(?! (?:image|life|lives|photo|picture|water|wine)\b)"
)


def subject_of(question: str) -> str:
    """Return what a request for a summary or an order is about; of others the question. O(n)."""
    frame = _FRAME.match(question) if _HINT.search(question) else None
    if frame is None:
        return question
    asked = [part for part in _BETWEEN.split(question[frame.end() :]) if not _FORM.match(part)]
    subject = _ASIDE.sub("", " ".join(asked)).strip()
    return subject if re.search(r"\w", subject) else question


def without_now(question: str) -> str:
    """Return a question without "now", "these days" and "still", where more than these is asked.

    What says "now" is about anything: "Sad day. Salt is alone now" is no answer to "where do I
    live now?". O(n).
    """
    rest = _STILL.sub(r"\1", _NOW.sub("", question))
    return rest if len(re.findall(r"\w+", rest)) > 1 else question
