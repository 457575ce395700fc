"""Values in text: which kind a question asks for, and what a sentence says of that kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from graphmem.core.terms import terms

__all__ = ["Sought", "Value", "ValueKind", "sought", "values_in"]

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
    ("count", re.compile(r"how many", re.IGNORECASE)),
    ("date", re.compile(r"\bwhen\b|deadline|\bdate\b|\bwhat day\b", re.IGNORECASE)),
    ("percentage", re.compile(r"\brate\b|percent|accuracy|\bshare\b", re.IGNORECASE)),
    (
        "money",
        re.compile(r"budget|cost|price|salary|\bfee\b|how much|amount|spend", re.IGNORECASE),
    ),
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
# A count counts what is named soon after it; one that names nothing, what was named before it.
_N_BEFORE, _N_AFTER = 11, 5
_CHARS_BEFORE, _CHARS_AFTER = 90, 60
_NAMES_NOTHING = re.compile(
    r"\W*(?:$|[,.;:!?)]|(?:and|but|or|so|by|in|on|at|since|which|with|as)\b)", re.IGNORECASE
)
_COUNTED = re.compile(
    r"how many ((?:[\w'’-]+ ){1,5}?)(?:is|are|was|were|am|do|does|did|have|has|had|can|could|will"
    r"|would|should|i|we|you|they|he|she|there|in|of|on|at|per)\b",
    re.IGNORECASE,
)
_MANY_UNITS = re.compile(
    r"how many (?:\w+ )?(hour|day|week|month|year|minute|second)s?\b", re.IGNORECASE
)
# Words of a question that say no more than its kind: an answer need not repeat them.
_BARE = frozenset(terms("when how many much long often what time rate amount day date spend"))


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question wants a value of.

    Attributes:
        kind: of value.
        named: terms, one of which must stand in the sentence, and with a count beside the number;
            empty: none needs to.
        unit: what a duration must be in, as "hour"; empty: anything.
    """

    kind: ValueKind
    named: frozenset[str]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a sentence: as written, in lower case, and where it stands."""

    text: str
    start: int
    end: int


def sought(question: str) -> Sought:
    """Return what a question wants a value of; of kind "any" where it does not show."""
    for kind, words in _ASKED:
        found = words.search(question)
        if found is None:
            continue
        if kind == "count":
            counted = _COUNTED.search(question)
            # What is counted is the last word: "how many project **cards** are there".
            what = terms(counted.group(1))[-1:] if counted else terms(question)
            return Sought(kind, frozenset(what))
        unit = _MANY_UNITS.search(question) if kind == "duration" else None
        if unit is not None:
            return Sought(kind, frozenset(), unit.group(1).casefold())
        return Sought(kind, frozenset(terms(found.group(0))) - _BARE)
    return Sought("any", frozenset())


def values_in(sentence: str, what: Sought) -> list[Value]:
    """Return the values that a sentence gives of what is sought, in their order."""
    if what.named and what.named.isdisjoint(terms(sentence)):
        return []
    found = [
        Value(match.group(0).casefold(), *match.span())
        for match in _WRITTEN[what.kind].finditer(sentence)
    ]
    return [
        value
        for value in found
        if what.unit in value.text and (what.kind != "count" or _counts(sentence, value, what))
    ]


def _counts(sentence: str, value: Value, what: Sought) -> bool:
    behind = sentence[value.end :]
    after = behind[:_CHARS_AFTER].split()[:_N_AFTER]
    if not what.named.isdisjoint(terms(" ".join(after))):
        return True
    before = sentence[max(0, value.start - _CHARS_BEFORE) : value.start].split()[-_N_BEFORE:]
    return _NAMES_NOTHING.match(behind) is not None and not what.named.isdisjoint(
        terms(" ".join(before))
    )
