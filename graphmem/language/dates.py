"""Dates as token spans: day-month-year, years, decades, weekdays. Values are read elsewhere."""

from __future__ import annotations

import re

from graphmem.language.parse import Parse

__all__ = ["MONTHS", "WEEKDAYS", "find_dates"]

MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])(st|nd|rd|th)?")
_YEAR = re.compile(r"1\d{3}|20\d{2}")
_DECADE = re.compile(r"(1\d|20)\d0s|['’]\d0s|\d0s")
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2})?|\d{1,2}/\d{1,2}/\d{2,4}")
_UNITS = ("meter", "metre", "people", "mile", "km", "feet", "dollar", "m", "ft", "%", "kg")


def find_dates(parse: Parse) -> list[tuple[int, int]]:
    """Return the token spans of dates, in order, without overlap."""
    spans: list[tuple[int, int]] = []
    free_from = 0
    for token, word in enumerate(parse.words):
        # Few words can begin a date: figures, and names of months and days.
        if word[0].islower() or token < free_from:
            continue
        start, end = _date_at(parse, token, free_from)
        if end > start:
            spans.append((start, end))
            free_from = end
    return spans


def _date_at(parse: Parse, token: int, free_from: int) -> tuple[int, int]:
    """Return the span of a date whose month or year is at `token`; empty where there is none."""
    word = parse.words[token]
    first = word[0]
    if first.isdigit() or first in "'’":
        if _is_year(parse, token) or _DECADE.fullmatch(word) or _ISO.fullmatch(word):
            return token, token + 1
        return token, token
    if not first.isupper():
        return token, token
    name = parse.lower[token].rstrip(".")
    if name in WEEKDAYS and parse.tags[token].startswith("NNP"):
        return token, token + 1
    if name in MONTHS and parse.tags[token].startswith("NNP"):
        return _month_span(parse, token, free_from)
    return token, token


def _month_span(parse: Parse, month: int, free_from: int) -> tuple[int, int]:
    words, start, end = parse.words, month, month + 1
    if start - 1 > free_from and parse.lower[start - 1] == "of" and _is_day(words[start - 2]):
        start -= 2
    elif start > free_from and _is_day(words[start - 1]):
        start -= 1
    if end < len(words) and _is_day(words[end]) and not _YEAR.fullmatch(words[end]):
        end += 1
    if end < len(words) and _YEAR.fullmatch(words[end]):
        end += 1
    elif end + 1 < len(words) and words[end] == "," and _YEAR.fullmatch(words[end + 1]):
        end += 2
    lone_name = end - start == 1 and _is_part_of_name(parse, month)
    return (month, month) if lone_name else (start, end)


def _is_part_of_name(parse: Parse, token: int) -> bool:
    """Whether a proper noun stands right beside it ("Theresa May", "June Carter")."""
    near = (token - 1, token + 1)
    return any(0 <= at < len(parse) and parse.tags[at].startswith("NNP") for at in near)


def _is_day(word: str) -> bool:
    return _DAY.fullmatch(word) is not None


def _is_year(parse: Parse, token: int) -> bool:
    if not _YEAR.fullmatch(parse.words[token]):
        return False
    head = parse.heads[token]
    return not (parse.deps[token] == "nummod" and parse.lower[head].startswith(_UNITS))
