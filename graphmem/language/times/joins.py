"""Times that belong together: "from 3 May to 10 June 2023", "on Monday and Tuesday", "2021 - now".

Neighbours are looked at, in order; what stands between them says what they are to each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from graphmem.core.when import When, hull
from graphmem.language.times.dates import (
    day_of_month,
    dotted,
    full_date,
    numeric,
    slashed,
    yearless_date,
)
from graphmem.language.times.parts import as_of
from graphmem.language.times.periods import (
    month_alone,
    month_and_year,
    month_of_turn,
    season_of_turn,
    year_alone,
)
from graphmem.language.times.phrase import Reading, Sense
from graphmem.language.times.reader import Pair, named
from graphmem.language.times.relative import day_word
from graphmem.language.times.weekdays import weekday, weekday_alone, weekday_of_week

__all__ = ["join"]

_LOOK_BACK = 48
_FROM = re.compile(r"\b(?:from|between|since)\s+(?:the\s+|about\s+)?$", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+(?:the\s+)?$", re.IGNORECASE)
_START = re.compile(r"\b(?:from|since|starting|beginning)\s+(?:the\s+)?$", re.IGNORECASE)
# "We moved it from Monday to Friday" tells of two plans, and of no time between them.
_MOVED = re.compile(
    r"\b(?:mov|postpon|shift|reschedul|push|chang|delay|switch)\w*\b[^.!?]*\bfrom\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\s*(?:(?:up\s+)?(?:to|until|till|til)|through|thru|[-–—])\s*(?:the\s+)?", re.IGNORECASE
)
_AND = re.compile(
    r"\s*(?:,|,?\s*(?:and|&|as\s+well\s+as)\b)\s*(?:(?:again|then|also|once)\s+)?"
    r"(?:(?:in|on|the)\s+)*",
    re.IGNORECASE,
)
_OR = re.compile(r"\s*,?\s*or\s+(?:(?:in|on|the|maybe)\s+)*", re.IGNORECASE)
_TO_NOW = re.compile(
    r"\s*(?:to|until|till|through|[-–—])\s*(?:now|today|(?:the\s+)?present|date)\b"
    r"(?=\s*(?:[.,;:!?)\]]|$)|\s+(?:I|we|he|she|they|you|it)\b)",
    re.IGNORECASE,
)
_AND_NOW = re.compile(r"\s+and\s+(?:now|today|the\s+present)\b", re.IGNORECASE)
_ONWARDS = re.compile(
    r"\s+on(?:wards?\b|(?=\s*(?:[.,;:!?)]|$)|\s+(?:I|we|he|she|they|you|it|my|our|the)\b))",
    re.IGNORECASE,
)
# Readers of dates, months and years, which without "from" tell a span, too: "May 3 - May 10".
_DATES = (
    full_date, yearless_date, day_of_month, numeric, slashed, dotted, month_and_year, month_alone,
    month_of_turn, year_alone,
)  # fmt: skip
_WEEKDAYS = (weekday, weekday_alone)
# Readers of times that have their year, or their week, beside them.
_ANCHORED = (weekday_of_week, month_of_turn, season_of_turn)


def join(text: str, readings: Sequence[Reading]) -> list[Reading]:
    """Return the times that stand: spans joined, lists told apart, and without what is vague."""
    kept: list[Reading] = []
    for reading in readings:
        one = _open_ended(text, reading)
        if not kept:
            kept.append(one)
        elif one.end > kept[-1].end:  # else it is the "today" of "from 2019 to today"
            kept[-1:] = _together(text, kept[-1], one)
    return [one for one in kept if not one.vague]


def _open_ended(text: str, one: Reading) -> Reading:
    """Read "from 2019 to now", "2021 - present", "from May 2023 on"."""
    back, found = max(0, one.start - _LOOK_BACK), None
    if one.rule.read in _DATES or _FROM.search(text, back, one.start):
        found = _TO_NOW.match(text, one.end)
    if found is None and _BETWEEN.search(text, back, one.start):
        found = _AND_NOW.match(text, one.end)
    if found is None and _START.search(text, back, one.start):
        found = _ONWARDS.match(text, one.end)
    if found is None:
        return one
    # What began and goes on began in the past; "from June on" may be to come.
    sense: Sense = "onwards" if found.re is _ONWARDS else "since"
    return replace(one, end=found.end(), sense=sense, vague=one.vague and not one.rule.listed)


def _together(text: str, first: Reading, last: Reading) -> list[Reading]:
    """Return what two neighbours are: one span, two times, or none that is certain."""
    between = text[first.end : last.start]
    back = max(0, first.start - _LOOK_BACK)
    if _TO.fullmatch(between):
        return _from_to(text, first, last, _FROM.search(text, back, first.start) is not None)
    is_and = _AND.fullmatch(between) is not None
    if is_and and "," not in between and _BETWEEN.search(text, back, first.start):
        return _from_to(text, first, last, True)
    if first.granularity == last.granularity or first.rule.read is last.rule.read:
        if _OR.fullmatch(between):
            return _neither(first, last)
        if is_and:
            return _listed(first, last)
    return [first, last]


def _neither(*readings: Reading) -> list[Reading]:
    return [replace(one, vague=True) for one in readings]


def _from_to(text: str, first: Reading, last: Reading, led: bool) -> list[Reading]:
    if not led:
        if first.rule.read in _WEEKDAYS and last.rule.read in _WEEKDAYS:
            return _neither(first, last)  # "Monday through Friday" is a habit
        are_dates = first.rule.read in _DATES and last.rule.read in _DATES
        if not are_dates or first.granularity != last.granularity:
            return [first, last]
    if first.vague or (last.vague and last.rule.listed):
        return _neither(first, last)
    past, future = _ends(first, last)
    moved = led and _MOVED.search(text, max(0, first.start - _LOOK_BACK), first.start)
    if moved or (past is None and future is None):
        return _neither(first, last)
    return [replace(first, end=last.end, past=past, future=future, sense="at", has_ends=True)]


def _ends(first: Reading, last: Reading) -> Pair:
    """Return the span from one time to another.

    Of two, the one that leaves open which is meant counts from the other, and where both do, the
    first from the last one that is over, or the last from the first one to come.
    """
    is_sure, is_last_sure = first.past == first.future, last.past == last.future
    if is_sure and not is_last_sure:
        last = _sure(as_of(last, _start(first.past)).future, last)
    elif is_last_sure and not (is_sure and _in_order(first.past, last.past)):
        first = _sure(as_of(first, _start(last.past)).past, first)
    if first.past == first.future and last.past == last.future:
        span = _span(first.past, last.past, last)
        return span, span
    return (
        _span(as_of(first, _start(last.past)).past, last.past, last),
        _span(first.future, as_of(last, _start(first.future)).future, last),
    )


def _start(when: When | None) -> datetime | None:
    return when.start if when else None


def _sure(when: When | None, reading: Reading) -> Reading:
    return replace(reading, past=when, future=when)


def _span(first: When | None, last: When | None, reading: Reading) -> When | None:
    if first is None or last is None or not _in_order(first, last):
        return None
    # "Until the beginning of May" does not take May in.
    whole = hull(first, last)
    return replace(whole, end=last.start) if reading.sense == "before" else whole


def _in_order(first: When | None, last: When | None) -> bool:
    if first is None or last is None or first.start is None or last.start is None:
        return False
    return first.start < last.start


def _listed(first: Reading, last: Reading) -> list[Reading]:
    """Read "in 2019 and 2023", "on Monday and Tuesday": two times, or one where they touch."""
    if first.vague:
        return _neither(first, last)
    last = replace(last, vague=False)
    has_year = bool(named(last.match, "year")) or last.rule.read in _ANCHORED
    if has_year and first.past != first.future and last.past:
        first = _sure(as_of(first, last.past.start).past, first)
    elif not _in_order(first.past, last.past) and first.past != first.future:
        first = replace(first, past=as_of(first, _start(last.past)).past)
    past, future = _touching(first.past, last.past), _touching(first.future, last.future)
    if past and future and first.rule.read is not day_word:
        return [replace(first, end=last.end, past=past, future=future)]
    return [first, last]


def _touching(first: When | None, last: When | None) -> When | None:
    if first is None or last is None or first.end is None or first.end != last.start:
        return None
    return hull(first, last)
