"""Readers of weekdays, and of the n-th day or week of a month."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from graphmem.core.when import (
    When,
    day_of,
    days_around,
    month_of,
    week_of,
    weekday_after,
    weekday_before,
    weekend_of,
)
from graphmem.language.times.reader import TURNS, Pair, named, same, turn_of
from graphmem.language.times.words import (
    ORDINALS,
    month_number,
    number_of,
    weekday_number,
    year_number,
)

__all__ = [
    "day_after_next", "day_before_last", "nth_of_month", "weekday", "weekday_alone",
    "weekday_from", "weekday_of_week", "weekdays_ago",
]  # fmt: skip

_WEEK = 7
_SATURDAY = 5
# "Black Friday", "every Friday" and "a Friday" are other days.
_OTHER_DAYS = frozenset(
    "a an the any one some no another each every other black good cyber palm ash easter super "
    "bowl blue manic freaky bloody ruby happy casual taco giving man joe girl fat maundy "
    "shrove".split()
)


def weekday(match: re.Match[str], today: date) -> Pair:
    """Read "last Friday", "on Monday"."""
    number, turn = weekday_number(match["day"]), turn_of(match)
    if turn == "last":
        return same(weekday_before(today, number))
    if turn == "next":
        return same(weekday_after(today, number))
    return weekday_before(today, number), weekday_after(today, number)


def weekday_alone(match: re.Match[str], today: date) -> Pair | None:
    """Read "Friday we met", but neither "Black Friday" nor "a Friday"."""
    before = match.string[: match.start()].rsplit(None, 1)[-1:]
    word = before[0] if before and match.string[match.start() - 1].isspace() else ""
    return None if word.lower() in _OTHER_DAYS else weekday(match, today)


def weekday_of_week(match: re.Match[str], today: date) -> Pair:
    """Read "Tuesday of last week", "next week Thursday"."""
    week = week_of(today, TURNS[match["turn"].lower()])
    first = week.start or datetime.min
    return same(day_of(first.date(), weekday_number(match["day"])))


def weekdays_ago(match: re.Match[str], today: date) -> Pair:
    """Read "two Fridays ago", and "a week ago Tuesday": the Tuesday of that week."""
    number, n = weekday_number(match["day"]), number_of(match["n"])
    if named(match, "unit"):
        return same(day_of(today, -_WEEK * n - today.weekday() + number))
    return same(_weeks_from(weekday_before(today, number), 1 - n))


def weekday_from(match: re.Match[str], today: date) -> Pair:
    """Read "a week from Friday", "two weeks from Monday"."""
    day = weekday_after(today, weekday_number(match["day"]))
    return same(_weeks_from(day, number_of(match["n"])))


def day_before_last(match: re.Match[str], today: date) -> Pair:
    """Read "the Friday before last"."""
    return same(_weeks_from(weekday_before(today, weekday_number(match["day"])), -1))


def day_after_next(match: re.Match[str], today: date) -> Pair:
    """Read "the Monday after next"."""
    return same(_weeks_from(weekday_after(today, weekday_number(match["day"])), 1))


def _weeks_from(day: When, n_weeks: int) -> When:
    return day_of((day.start or datetime.min).date(), _WEEK * n_weeks)


def nth_of_month(match: re.Match[str], today: date) -> Pair | None:
    """Read "the first Monday of next month", "the last week of June 2023"."""
    months = _months_named(match, today)
    past, future = (month and _nth(match, month) for month in months)
    return (past, future) if past or future else None


def _months_named(match: re.Match[str], today: date) -> Pair:
    if named(match, "turn"):
        return same(month_of(today.year, today.month, TURNS[match["turn"].lower()]))
    month = month_number(match["month"])
    if match["year"]:
        return same(month_of(year_number(match["year"]), month))
    past = month_of(today.year - (month > today.month), month)
    future = month_of(today.year + (month < today.month), month)
    return past, past if month == today.month else future


def _nth(match: re.Match[str], month: When) -> When | None:
    """Return the n-th day or week of a month; weeks count from its first day, or to its last."""
    if month.start is None or month.end is None:
        return None
    first, end, word = month.start.date(), month.end.date(), match["nth"].lower()
    n = -1 if word == "last" else ORDINALS.index(word)
    unit = named(match, "unit")
    if unit == "week":
        begin = end - timedelta(days=_WEEK) if n < 0 else first + timedelta(days=_WEEK * n)
        return days_around(begin, min(begin + timedelta(days=_WEEK), end) - timedelta(days=1))
    if unit == "day":
        return day_of(end, -1) if n < 0 else day_of(first, n)
    number = _SATURDAY if unit == "weekend" else weekday_number(match["day"])
    before = first - timedelta(days=1)
    found = weekday_before(end, number) if n < 0 else weekday_after(before, number)
    day = (_weeks_from(found, max(n, 0)).start or datetime.min).date()
    if not first <= day < end:
        return None
    return weekend_of(day) if unit == "weekend" else day_of(day)
