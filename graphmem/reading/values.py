"""Values in text: which kind a question asks for, and what a sentence says of that kind."""

from __future__ import annotations

import re
from typing import Literal

from graphmem.core.terms import terms

__all__ = ["ValueKind", "asked_kind", "values_in"]

ValueKind = Literal["time", "duration", "date", "percentage", "money", "count", "any"]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_UNIT = r"(?:ms|milliseconds?|s|seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
# In the order in which they are tried; what asks for none of them asks for any number.
_ASKED: tuple[tuple[ValueKind, re.Pattern[str]], ...] = (
    ("time", re.compile(r"\bwhat time\b", re.IGNORECASE)),
    (
        "duration",
        re.compile(
            r"\bhow many (?:total )?(?:hours|days|weeks|months|years|minutes)\b|\bhow long\b"
            r"|\bhow much time\b|\bhow often\b|response time|duration|latency",
            re.IGNORECASE,
        ),
    ),
    ("date", re.compile(r"\bwhen\b|deadline|\bdate\b|\bwhat day\b", re.IGNORECASE)),
    ("percentage", re.compile(r"\brate\b|percent|accuracy|\bshare\b", re.IGNORECASE)),
    (
        "money",
        re.compile(r"budget|cost|price|salary|\bfee\b|how much|amount|spend", re.IGNORECASE),
    ),
    ("count", re.compile(r"how many", re.IGNORECASE)),
)
_WRITTEN: dict[ValueKind, re.Pattern[str]] = {
    "time": re.compile(r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm)\b|\b\d{1,2}:\d\d\b", re.IGNORECASE),
    "duration": re.compile(rf"\b\d[\d.,]*(?:-\d+)?\s?{_UNIT}\b", re.IGNORECASE),
    "date": re.compile(
        rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:-\d+)?\b|\b\d{{1,2}}\s+{_MONTH}\b"
        r"|\b\d{1,2}/\d{1,2}(?:/\d+)?\b|\b\d{4}-\d\d-\d\d\b",
        re.IGNORECASE,
    ),
    "percentage": re.compile(r"\b\d[\d.,]*\s?(?:%|percent)", re.IGNORECASE),
    "money": re.compile(r"[$€£]\s?\d[\d.,]*k?", re.IGNORECASE),
    "count": re.compile(r"(?<![$€£.,:\d])\d[\d,]*\b(?!\s?%)"),
    "any": re.compile(r"\$?\d[\d,.:]*%?"),
}
# A count counts what is named by one of these words before or after it.
_N_BEFORE, _N_AFTER = 4, 5
_CHARS_BEFORE, _CHARS_AFTER = 40, 60


def asked_kind(question: str) -> ValueKind:
    """Return the kind of value that a question asks for; "any" where it does not show."""
    for kind, words in _ASKED:
        if words.search(question):
            return kind
    return "any"


def values_in(sentence: str, kind: ValueKind, asked: frozenset[str]) -> frozenset[str]:
    """Return the values of a kind, as written.

    Args:
        sentence: where to look.
        kind: of value.
        asked: terms of the question: a count must stand beside one of them.
    """
    found = _WRITTEN[kind].finditer(sentence)
    return frozenset(
        match.group(0).casefold()
        for match in found
        if kind != "count" or _counts(sentence, match, asked)
    )


def _counts(sentence: str, match: re.Match[str], asked: frozenset[str]) -> bool:
    before = sentence[max(0, match.start() - _CHARS_BEFORE) : match.start()].split()[-_N_BEFORE:]
    after = sentence[match.end() : match.end() + _CHARS_AFTER].split()[:_N_AFTER]
    return not asked.isdisjoint(terms(" ".join(before))) or not asked.isdisjoint(
        terms(" ".join(after))
    )
