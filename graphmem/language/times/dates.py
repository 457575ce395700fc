"""Readers of days that are named by their numbers."""

from __future__ import annotations

import re
from datetime import date

from graphmem.core.when import When, day_of, days_around, month_of, on_date, week_of, weekend_of
from graphmem.language.times.reader import TURNS, Pair, is_list, named, same
from graphmem.language.times.words import day_number, month_number, weekday_number, year_number

__all__ = [
    "day_of_month", "day_of_turn", "days_of_month", "dotted", "full_date", "numeric", "slashed",
    "week_of_date", "weekday_and_day", "yearless_date",
]  # fmt: skip

_A_YEAR = 12
# A 29 February may be seven years back.
_N_YEARS = 8
_FRIDAY = 4


def full_date(match: re.Match[str], today: date) -> Pair:
    """Read "5 May 2023"."""
    month, day = month_number(match["month"]), day_number(match["day"])
    return same(on_date(year_number(match["year"]), month, day))


def yearless_date(match: re.Match[str], today: date) -> Pair | None:
    """Read "May 5"; "may 5" and "march 5 miles" are other words."""
    if match["month"] in ("may", "march") and match["day"].isdigit():
        return None
    month, day = month_number(match["month"]), day_number(match["day"])
    if (month, day) == (today.month, today.day):
        return same(on_date(today.year, month, day))
    is_over = (month, day) < (today.month, today.day)
    return (
        _first(range(today.year - (not is_over), today.year - _N_YEARS - 1, -1), month, day),
        _first(range(today.year + is_over, today.year + _N_YEARS + 1), month, day),
    )


def _first(years: range, month: int, day: int) -> When:
    """Return the day in the first year that has it: there is no 29 February in most."""
    for year in years:
        try:
            return on_date(year, month, day)
        except ValueError:
            continue
    raise ValueError(f"there is no {day}.{month}.")


def day_of_month(match: re.Match[str], today: date) -> Pair:
    """Read "on the 15th": of this month, else of the nearest that has one."""
    day = day_number(match["day"])
    if day == today.day:
        return same(on_date(today.year, today.month, day))
    past = range(-1 if day > today.day else 0, -3, -1)
    future = range(1 if day < today.day else 0, 3)
    return _of_months(past, today, day), _of_months(future, today, day)


def _of_months(shifts: range, today: date, day: int) -> When:
    for shift in shifts:
        first = _shifted(today, shift)
        try:
            return on_date(first.year, first.month, day)
        except ValueError:
            continue
    raise ValueError(f"no month near has a day {day}")


def _shifted(today: date, shift: int) -> date:
    month = today.year * _A_YEAR + today.month - 1 + shift
    return date(month // _A_YEAR, month % _A_YEAR + 1, 1)


def day_of_turn(match: re.Match[str], today: date) -> Pair:
    """Read "the 21st of last month"."""
    first = _shifted(today, TURNS[match["turn"].lower()])
    return same(on_date(first.year, first.month, day_number(match["day"])))


def weekday_and_day(match: re.Match[str], today: date) -> Pair | None:
    """Read "Sunday the 19th": the nearest that is a Sunday; Friday the 13th is mostly a tale."""
    weekday, day = weekday_number(match["weekday"]), day_number(match["day"])
    if (weekday, day) == (_FRIDAY, 13):
        return None
    near = [_on(_shifted(today, shift), day) for shift in range(-_A_YEAR, _A_YEAR)]
    named_so = [one for one in near if one and one.weekday() == weekday]
    past = [one for one in named_so if one <= today]
    future = [one for one in named_so if one >= today]
    return day_of(past[-1]) if past else None, day_of(future[0]) if future else None


def _on(month: date, day: int) -> date | None:
    try:
        return month.replace(day=day)
    except ValueError:
        return None


def days_of_month(match: re.Match[str], today: date) -> Pair | None:
    """Read "May 5-7" and "from the 3rd to the 10th of May"; of "May 5 and 7" nothing."""
    month, first, last = (
        month_number(match["month"]), day_number(match["day"]), day_number(match["last"]),
    )  # fmt: skip
    if last <= first or (is_list(match) and last > first + 1):
        return None
    if match["year"]:
        year = year_number(match["year"])
        return same(days_around(date(year, month, first), date(year, month, last)))
    this = date(today.year, month, last) < today
    past, future = today.year - (not this), today.year + this
    return (
        days_around(date(past, month, first), date(past, month, last)),
        days_around(date(future, month, first), date(future, month, last)),
    )


def numeric(match: re.Match[str], today: date) -> Pair:
    """Read "2023-05-01" and "2023-05"."""
    if match["day"]:
        return same(on_date(int(match["year"]), int(match["month"]), int(match["day"])))
    return same(month_of(int(match["year"]), int(match["month"])))


def slashed(match: re.Match[str], today: date) -> Pair | None:
    """Read 25/12/2023 and 12/25/23; where both may be the month, nobody knows."""
    one, other = int(match["one"]), int(match["other"])
    if one <= _A_YEAR and other <= _A_YEAR and one != other:
        return None
    year = year_number(f"'{match['year']}" if len(match["year"]) == 2 else match["year"])
    return same(on_date(year, min(one, other), max(one, other)))


def dotted(match: re.Match[str], today: date) -> Pair | None:
    """Read 25.12.2023: between dots the day is first, mostly; 5.6.2023 is left alone."""
    if int(match["one"]) <= _A_YEAR and match["one"] != match["other"]:
        return None
    return same(on_date(int(match["year"]), int(match["other"]), int(match["one"])))


def week_of_date(match: re.Match[str], today: date) -> Pair | None:
    """Read "the week of May 5"."""
    pair = full_date(match, today) if named(match, "year") else yearless_date(match, today)
    of = weekend_of if match["unit"].lower() == "weekend" else week_of
    past, future = (of(day.start.date()) if day and day.start else None for day in pair or ())
    return past, future
