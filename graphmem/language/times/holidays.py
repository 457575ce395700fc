"""Days of the year that have names, and quarters of years. Readers, as in `dates.py`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from graphmem.core.when import When, day_of, days_around, hull, month_of
from graphmem.language.times.reader import TURNS, Pair, named, same, turn_of
from graphmem.language.times.words import ORDINALS, year_number

__all__ = ["HOLIDAYS", "easter", "holiday", "quarter", "quarter_of_turn"]

_THURSDAY, _A_YEAR = 3, 12


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar.

    Meeus, Astronomical Algorithms (1991), chapter 8; Butcher's algorithm.
    """
    golden, century, rest = year % 19, *divmod(year, 100)
    lunar = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - lunar + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _thanksgiving(year: int) -> date:
    """Return the fourth Thursday of November, as in the United States."""
    first = date(year, 11, 1)
    return first + timedelta(days=(_THURSDAY - first.weekday()) % 7 + 21)


def _days(first: date, n_days: int = 1) -> When:
    if n_days == 1:
        return day_of(first)
    return days_around(first, first + timedelta(days=n_days - 1))


def _fixed(month: int, day: int, n_days: int = 1) -> Callable[[int], When]:
    return lambda year: _days(date(year, month, day), n_days)


def _of_easter(shift: int, n_days: int = 1) -> Callable[[int], When]:
    return lambda year: _days(easter(year) + timedelta(days=shift), n_days)


HOLIDAYS: dict[str, Callable[[int], When]] = {
    "christmas eve": _fixed(12, 24),
    "christmas day": _fixed(12, 25),
    "christmas": _fixed(12, 24, 3),
    "xmas": _fixed(12, 24, 3),
    "boxing day": _fixed(12, 26),
    "new year's eve": _fixed(12, 31),
    "new year's day": _fixed(1, 1),
    "new year's": _fixed(1, 1),
    "valentine's day": _fixed(2, 14),
    "halloween": _fixed(10, 31),
    "thanksgiving": lambda year: _days(_thanksgiving(year)),
    "good friday": _of_easter(-2),
    "easter monday": _of_easter(1),
    "easter sunday": _of_easter(0),
    "easter": _of_easter(-2, 4),
}
"""By name in lower case: of a year."""


def holiday(match: re.Match[str], today: date) -> Pair | None:
    """Read "last Christmas", "Easter 2023", "on New Year's Eve"."""
    of = HOLIDAYS[" ".join(match["holiday"].lower().replace("’", "'").split())]
    turn = turn_of(match)
    if named(match, "year"):
        return same(of(year_number(match["year"])))
    if named(match, "of_turn"):
        return same(of(today.year + TURNS[match["of_turn"].lower()]))
    around = [of(today.year + shift) for shift in (-1, 0, 1)]
    past = [one for one in around if one.start and one.start.date() <= today]
    future = [one for one in around if one.end and one.end.date() > today]
    if turn == "last":
        return same([one for one in past if one not in future][-1])
    return (same(future[0])) if turn == "next" else (past[-1], future[0])


def quarter(match: re.Match[str], today: date) -> Pair:
    """Read "Q3 2023", "the third quarter of last year", "in Q1"."""
    name = match["quarter"].lower()
    number = int(name[1:]) - 1 if name[1:].isdigit() else ORDINALS.index(name.split()[-2])
    if named(match, "year"):
        return same(_quarter(year_number(match["year"]), number))
    if named(match, "turn"):
        return same(_quarter(today.year + TURNS[match["turn"].lower()], number))
    now = (today.month - 1) // 3
    past = _quarter(today.year - (number > now), number)
    return past, past if number == now else _quarter(today.year + (number < now), number)


def quarter_of_turn(match: re.Match[str], today: date) -> Pair:
    """Read "last quarter"."""
    now = today.year * 4 + (today.month - 1) // 3 + TURNS[turn_of(match)]
    return same(_quarter(*divmod(now, 4)))


def _quarter(year: int, number: int) -> When:
    first = month_of(year, 3 * number + 1)
    return hull(first, month_of(year, 3 * number + 3))
