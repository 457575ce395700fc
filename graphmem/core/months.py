"""The years and months that a text names, as intervals of months.

English only, by rules: ranges ("1916-1920", "from May 1987 until 1990", "2008–09"), open ones
("since 1987", "1987–present", "until 1990"), decades ("the late 1980s": its years 6 to 10) and
points. What a text means by "last week" is for the layers that know when it was said.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = [
    "BEGINNING", "DECADE", "END", "POINT", "RANGE", "SINCE", "UNTIL", "Months", "asked_months",
    "months",
]  # fmt: skip

# Months are counted from the year 0; an interval without a start or an end has one of these.
BEGINNING, END = -32_768, 32_767
RANGE, DECADE, POINT, SINCE, UNTIL = 0, 1, 2, 3, 4
_MAX_FOUND = 32
_CENTURY, _YEAR = 100, 12
_MAX_YEARS = 80
_MAX_SHORT_YEARS = 40

_NAMES: tuple[str, ...] = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_MAYBE = re.compile(r"(?<!\d)(?:1\d|20)\d\d")
_DATE = re.compile(
    rf"\b(?:(?:{_DAY}\s+)?(?:of\s+)?(?P<month>{_MONTH})\.?\s+(?:{_DAY}\s*,?\s+)?(?:of\s+)?,?\s*)?"
    r"(?P<year>1\d{3}|20[0-4]\d)\b(?!\s*(?:km|m\b|ft|people|seats|members|,\d))",
    re.IGNORECASE,
)
_DECADE = re.compile(
    r"\b(?:(?P<part>early|mid|late)\b[\s-]*)?(?:the\s+)?(?P<decade>1\d\d|20[0-4])0\s?s\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\s*(?P<link>[–—−-]|\b(?:to|until|till|through|thru|up to|and)\b)\s*", re.IGNORECASE
)
_ABOUT = re.compile(r"(?:(?:the\s+)?(?:end of\s+|early\s+|late\s+)?)", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"(\d{2})(?![\d-])")
_STILL = re.compile(r"(?:present|now|today|current|date)\b|\)", re.IGNORECASE)
_BETWEEN = re.compile(r"between\s+$", re.IGNORECASE)
_SOME = r"(?:early|late|mid|about|around|the end of)?\s*$"
_SINCE = re.compile(
    r"(?:since|from|after|starting(?: in| from)?|beginning(?: in)?|as of|effective)\s+" + _SOME,
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:until|till|up to|through|ended in|ending in|before|prior to|by)\s+" + _SOME, re.IGNORECASE
)
_JOINED = re.compile(r"\b(?:to|until|between|and)\b", re.IGNORECASE)
_BEFORE_CHARS = 25
_DASHES = frozenset("–—−-")
_PARTS = {"early": (0, 4), "mid": (3, 7), "late": (6, 10), "": (0, 10)}


class Months(NamedTuple):
    """An interval of months, half open, and how it was named.

    Attributes:
        start: months since the year 0; `BEGINNING` where it is open.
        end: exclusive; `END` where it is open.
        kind: `RANGE`, `DECADE`, `POINT`, `SINCE` or `UNTIL`.
    """

    start: int
    end: int
    kind: int


def months(text: str) -> list[Months]:
    """Return the intervals that a text names, ranges first; 32 at most. O(n)."""
    if not _MAYBE.search(text):
        return []
    found: list[Months] = []
    taken: list[tuple[int, int]] = []
    dates = list(_DATE.finditer(text))
    for at, date in enumerate(dates):
        if taken and date.start() < taken[-1][1]:
            continue
        spanned = _range(text, date, dates[at + 1] if at + 1 < len(dates) else None)
        if spanned:
            found.append(spanned[0])
            taken.append((date.start(), spanned[1]))
    decades = [match for match in _DECADE.finditer(text) if _free(match, taken)]
    found += map(_decade, decades)
    taken += [match.span() for match in decades]
    found += [_alone(text, date) for date in dates if _free(date, taken)]
    return found[:_MAX_FOUND]


def asked_months(question: str) -> tuple[int, int] | None:
    """Return the one interval that a question asks about, half open; None where it names none.

    An open one is the year at its known end: who asks "since 1987" asks for what began then.
    """
    found = months(question)
    if ranges := [one for one in found if one.kind == RANGE]:
        return ranges[-1][:2]
    since = [one for one in found if one.kind == SINCE]
    until = [one for one in found if one.kind == UNTIL]
    if len(since) == len(until) == 1 and until[0].end > since[0].start:
        return since[0].start, until[0].end
    closed = [one for one in found if one.kind in (DECADE, POINT)]
    if len(closed) > 1 and _JOINED.search(question):
        start, end = min(one.start for one in closed), max(one.end for one in closed)
        if end - start < _MAX_YEARS * _YEAR:
            return start, end
    half = [one for one in found if one.kind in (SINCE, UNTIL)]
    if half:
        last = half[-1]
        is_since = last.kind == SINCE
        return (last.start, last.start + _YEAR) if is_since else (last.end - _YEAR, last.end)
    return closed[-1][:2] if closed else None


def _range(
    text: str, date: re.Match[str], following: re.Match[str] | None
) -> tuple[Months, int] | None:
    """Return the interval that begins with a date, and where its words end."""
    link = _LINK.match(text, date.end())
    if not link:
        return None
    word, start = link["link"].lower(), _month_of(date, is_end=False)
    about = _ABOUT.match(text, link.end())
    second = about.end() if about else link.end()
    if following and following.start() in (second, link.end()):
        if word == "and" and not _BETWEEN.search(text, 0, date.start()):
            return None
        end = _month_of(following, is_end=True)
        return (Months(start, end, RANGE), following.end()) if end >= start else None
    if word in _DASHES or word == "to":
        if short := _SHORT_YEAR.match(text, link.end()):
            return _short_range(date, short, start)
        if (still := _STILL.match(text, link.end())) and (word != "to" or still[0] != ")"):
            return Months(start, END, SINCE), still.end()
    return None


def _short_range(
    date: re.Match[str], short: re.Match[str], start: int
) -> tuple[Months, int] | None:
    """Return the interval of "2008–09"; None where that can be no year."""
    first = int(date["year"])
    last = first // _CENTURY * _CENTURY + int(short[1])
    if last < first:
        last += _CENTURY
        if last - first > _MAX_SHORT_YEARS:
            return None
    return Months(start, (last + 1) * _YEAR, RANGE), short.end()


def _decade(match: re.Match[str]) -> Months:
    first = int(match["decade"]) * 10
    start, end = _PARTS[(match["part"] or "").lower()]
    return Months((first + start) * _YEAR, (first + end) * _YEAR, DECADE)


def _alone(text: str, date: re.Match[str]) -> Months:
    before = text[max(0, date.start() - _BEFORE_CHARS) : date.start()]
    start, end = _month_of(date, is_end=False), _month_of(date, is_end=True)
    if _SINCE.search(before):
        return Months(start, END, SINCE)
    if _UNTIL.search(before):
        return Months(BEGINNING, end, UNTIL)
    return Months(start, end, POINT)


def _month_of(date: re.Match[str], *, is_end: bool) -> int:
    year = int(date["year"])
    if date["month"]:
        return year * _YEAR + _NAMES.index(date["month"][:3].lower()) + is_end
    return (year + is_end) * _YEAR


def _free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    return not any(match.start() < end and start < match.end() for start, end in taken)
