"""Readers of months, seasons, years and decades."""

from __future__ import annotations

import re
from datetime import date, datetime

from graphmem.core.when import When, decade_of, hull, month_of, season_of, year_of
from graphmem.language.times.reader import TURNS, Pair, is_list, named, same, turn_of
from graphmem.language.times.words import DECADES, month_number, year_number

__all__ = [
    "decade", "full_months_to", "month_alone", "month_and_year", "month_of_turn", "months_to",
    "season", "season_of_turn", "the_season", "year_alone", "years_to",
]  # fmt: skip

_A_YEAR = 12
# Round numbers before it are rather amounts of something.
_OLD = 1800


def month_and_year(match: re.Match[str], today: date) -> Pair:
    """Read "May 2023"."""
    return same(month_of(year_number(match["year"]), month_number(match["month"])))


def month_of_turn(match: re.Match[str], today: date) -> Pair:
    """Read "May of last year"."""
    year = today.year + TURNS[match["turn"].lower()]
    return same(month_of(year, month_number(match["month"])))


def month_alone(match: re.Match[str], today: date) -> Pair | None:
    """Read "in May", by the tense of its verb; "may" and "march" are other words, too."""
    name, turn = match["month"], turn_of(match)
    if name in ("may", "march") and not re.match(
        r"(?:in|since|last|this|next)\b", match[0], re.IGNORECASE
    ):
        return None
    month = month_number(name)
    past = month_of(today.year - (month >= today.month), month)
    future = month_of(today.year + (month <= today.month), month)
    if turn == "last":
        return same(past)
    if turn == "next":
        return same(future)
    return same(month_of(today.year, month)) if month == today.month else (past, future)


def months_to(match: re.Match[str], today: date) -> Pair | None:
    """Read "May to July 2023", "between May and July"; of "in May and August" nothing."""
    first, last = month_number(match["month"]), month_number(match["last"])
    if is_list(match) and last != first % _A_YEAR + 1:
        return None
    if match["year"]:
        return same(_months(first, last, year_number(match["year"])))
    year = today.year - (last > today.month)
    past, future = _months(first, last, year), _months(first, last, year + 1)
    return past, past if year == today.year and last == today.month else future


def _months(first: int, last: int, year: int) -> When:
    return hull(month_of(year - (first > last), first), month_of(year, last))


def full_months_to(match: re.Match[str], today: date) -> Pair | None:
    """Read "May 2022 to July 2023"; of "in May 2022 and July 2023" nothing."""
    begin = month_of(year_number(match["year"]), month_number(match["month"]))
    end = month_of(year_number(match["last_year"]), month_number(match["last"]))
    in_order = begin.start and end.start and begin.start < end.start
    return same(hull(begin, end)) if in_order and not is_list(match) else None


def season(match: re.Match[str], today: date) -> Pair:
    """Read "last summer", "in the winter of 2021"."""
    name, turn = match["season"].lower(), turn_of(match)
    if named(match, "year"):
        return same(season_of(name, year_number(match["year"])))
    past, future = _seasons(name, today)
    if turn == "last":
        return same(past if past.end and past.end.date() <= today else _before(name, past))
    if turn == "next":
        return same(future if future.start and future.start.date() > today else _after(name, past))
    return past, future


def _seasons(name: str, today: date) -> tuple[When, When]:
    """Return the season that began last, and the one that ends next; both are this one within."""
    around = [season_of(name, today.year + shift) for shift in (-2, -1, 0, 1)]
    past = max((s for s in around if s.start and s.start.date() <= today), key=_starts)
    future = min((s for s in around if s.end and s.end.date() > today), key=_starts)
    return past, future


def _before(name: str, one: When) -> When:
    return season_of(name, _starts(one).year - 1)


def _after(name: str, one: When) -> When:
    return season_of(name, _starts(one).year + 1)


def _starts(when: When) -> datetime:
    return when.start or datetime.min


def the_season(match: re.Match[str], today: date) -> Pair:
    """Read "in the summer"."""
    return _seasons(match["season"].lower(), today)


def season_of_turn(match: re.Match[str], today: date) -> Pair:
    """Read "spring of last year"."""
    year = today.year + TURNS[match["turn"].lower()]
    return same(season_of(match["season"].lower(), year))


def year_alone(match: re.Match[str], today: date) -> Pair:
    """Read "in 2021"."""
    return same(year_of(year_number(match["year"])))


def years_to(match: re.Match[str], today: date) -> Pair | None:
    """Read "2010-2015"; of "in 2010 and 2015" nothing, and "from 1200 to 1500" is a price."""
    begin, last = year_number(match["year"]), match["last"]
    # "2010-15" ends in 2015.
    end = int(f"{begin // 100}{last}") if len(last) == 2 else year_number(last)
    is_amount = begin < _OLD and begin % 50 == 0 and end % 50 == 0
    if end <= begin or is_amount or (is_list(match) and end > begin + 1):
        return None
    return same(hull(year_of(begin), year_of(end)))


def decade(match: re.Match[str], today: date) -> Pair:
    """Read "in the nineties"."""
    word = match["decade"].lower().strip("'’")
    if word in DECADES:
        return same(decade_of(DECADES[word]))
    digits = word.rstrip("s")
    return same(decade_of(int(digits) if len(digits) == 4 else 1900 + int(digits)))
