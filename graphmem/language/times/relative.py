"""Readers of times that count from the day on which they were said: "last week", "a year ago"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from graphmem.core.when import (
    When,
    day_of,
    days_around,
    decade_of,
    hull,
    month_back,
    month_of,
    season_of,
    week_of,
    weekend_of,
    year_of,
)
from graphmem.language.times.reader import TURNS, Pair, named, same, unit_of
from graphmem.language.times.words import FEW, month_number, number_of

__all__ = [
    "after_next", "ago", "ahead", "and_a_half_ago", "before_last", "day_word", "few_ago",
    "from_now", "half_ago", "last_units", "month_ago", "next_units", "next_units_alone", "of_unit",
    "perfect", "seasons_ago", "the_weekend", "this_time", "turn_of_unit", "units_ago_today",
]  # fmt: skip

_WEEK = 7
_DAY_WORDS = {
    "yesterday": -1, "last night": -1, "tomorrow": 1, "tmrw": 1, "the day before yesterday": -2,
    "the day after tomorrow": 2,
}  # fmt: skip
_MONTHS = {"month": 1, "year": 12, "decade": 120}
_DAYS = {"day": 1, "night": 1, "week": _WEEK, "fortnight": 2 * _WEEK, "weekend": _WEEK}


def _unit(unit: str, today: date, shift: int) -> When:
    """Return the calendar unit some units away from today."""
    if unit in ("day", "night"):
        return day_of(today, shift)
    if unit in ("week", "fortnight"):
        return week_of(today, shift * _DAYS[unit] // _WEEK)
    if unit == "weekend":
        return weekend_of(today, shift)
    if unit == "month":
        return month_of(today.year, today.month, shift)
    if unit == "year":
        return year_of(today.year + shift)
    return decade_of((today.year // 10 + shift) * 10)


def _rolling(unit: str, today: date, n: int) -> When:
    """Return the last so many units up to today."""
    if unit in _MONTHS:
        return days_around(month_back(today, n * _MONTHS[unit]), today)
    return days_around(today - timedelta(days=n * _DAYS[unit]), today)


def day_word(match: re.Match[str], today: date) -> Pair:
    """Read "yesterday", "tonight", "the day after tomorrow"."""
    word = " ".join(match["at"].lower().split())
    return same(day_of(today, _DAY_WORDS.get(word, _DAY_WORDS.get(word.split()[0], 0))))


def turn_of_unit(match: re.Match[str], today: date) -> Pair | None:
    """Read "last week", "this month", "the past year"."""
    words, unit = match["turn"].lower().split(), unit_of(match)
    turn = words[-1]
    if unit in ("day", "night", "fortnight") or (unit == "decade" and turn == "past"):
        return None
    if turn == "past":
        return same(_unit(unit, today, -1) if unit == "weekend" else _rolling(unit, today, 1))
    if turn == "coming":
        return same(_unit(unit, today, 0 if unit == "weekend" else 1))
    if turn == "this" and unit == "weekend":
        return _weekends(today)
    return same(_unit(unit, today, TURNS[turn]))


def _weekends(today: date) -> Pair:
    """Return the weekend that began last, and the one that ends next."""
    this = weekend_of(today)
    began = this.start is not None and this.start.date() <= today
    return this if began else weekend_of(today, -1), this


def the_weekend(match: re.Match[str], today: date) -> Pair:
    """Read "over the weekend"."""
    return _weekends(today)


def of_unit(match: re.Match[str], today: date) -> Pair:
    """Read "(the end of) the month"."""
    return same(_unit(unit_of(match), today, 0))


def before_last(match: re.Match[str], today: date) -> Pair:
    """Read "the week before last"."""
    return same(_unit(unit_of(match), today, -2))


def after_next(match: re.Match[str], today: date) -> Pair:
    """Read "the week after next"."""
    return same(_unit(unit_of(match), today, 2))


def last_units(match: re.Match[str], today: date) -> Pair | None:
    """Read "the last three months", "the past few days"."""
    unit, few, n = unit_of(match), named(match, "few"), named(match, "n")
    if not few and not n and match["at"][-1] in "sS":  # "the last weeks" do not say how many
        return None
    if few:
        return same(_rolling(unit, today, FEW[few][1] - 1))
    if unit == "weekend" and not n:
        return same(weekend_of(today, -1))
    return same(_rolling(unit, today, number_of(n) if n else 1))


def next_units(match: re.Match[str], today: date) -> Pair | None:
    """Read "over the next two weeks": from today on."""
    if not match["n"] and match["at"][-1] in "sS":
        return None
    unit, n = unit_of(match), number_of(match["n"]) if match["n"] else 1
    if unit in _MONTHS:
        return same(days_around(today, month_back(today, -n * _MONTHS[unit])))
    return same(days_around(today, today + timedelta(days=n * _DAYS[unit])))


def next_units_alone(match: re.Match[str], today: date) -> Pair:
    """Read "the next two weeks are free"; beside a verb of the past they are of another time."""
    pair = next_units(match, today)
    return None, pair and pair[1]


def ago(match: re.Match[str], today: date) -> Pair:
    """Read "two weeks ago"."""
    return same(_unit(unit_of(match), today, -number_of(match["n"])))


def few_ago(match: re.Match[str], today: date) -> Pair:
    """Read "a few weeks ago": from six to two."""
    few, unit = FEW[match["few"].lower()], unit_of(match)
    return same(hull(_unit(unit, today, -few[1]), _unit(unit, today, -few[0])))


def half_ago(match: re.Match[str], today: date) -> Pair | None:
    """Read "half a year ago"."""
    return same(month_of(today.year, today.month, -6)) if unit_of(match) == "year" else None


def and_a_half_ago(match: re.Match[str], today: date) -> Pair | None:
    """Read "a year and a half ago", "two and a half months ago"."""
    unit, n = unit_of(match), number_of(match["n"])
    if unit == "year":
        return same(month_of(today.year, today.month, -12 * n - 6))
    return same(week_of(month_back(today, n) - timedelta(days=15))) if unit == "month" else None


def units_ago_today(match: re.Match[str], today: date) -> Pair | None:
    """Read "three years ago today", "a week ago today": the day itself."""
    unit, back = unit_of(match), number_of(match["n"])
    if unit in _MONTHS:
        return same(day_of(month_back(today, back * _MONTHS[unit])))
    return None if unit == "weekend" else same(day_of(today, -back * _DAYS[unit]))


def this_time(match: re.Match[str], today: date) -> Pair:
    """Read "this time last year": a month, of "last month" a week, of "last week" a day."""
    unit = unit_of(match)
    if unit == "year":
        return same(month_of(today.year, today.month, -12))
    return same(week_of(month_back(today, 1)) if unit == "month" else day_of(today, -_WEEK))


def ahead(match: re.Match[str], today: date) -> Pair:
    """Read "in two weeks"."""
    return None, _unit(unit_of(match), today, number_of(match["n"]))


def from_now(match: re.Match[str], today: date) -> Pair:
    """Read "two weeks from now"."""
    return same(_unit(unit_of(match), today, number_of(match["n"])))


def perfect(match: re.Match[str], today: date) -> Pair | None:
    """Read "have been here for two years": it began then, and goes on."""
    unit = unit_of(match)
    if unit in ("day", "night"):
        return None
    return same(replace(_unit(unit, today, -number_of(match["n"])), end=None))


def seasons_ago(match: re.Match[str], today: date) -> Pair:
    """Read "two summers ago": of those that began."""
    name, n = match["season"].lower(), number_of(match["n"])
    this = season_of(name, today.year)
    began = this.start is not None and this.start.date() <= today
    return same(season_of(name, today.year - n + began))


def month_ago(match: re.Match[str], today: date) -> Pair:
    """Read "three years ago in June"."""
    return same(month_of(today.year - number_of(match["n"]), month_number(match["month"])))
