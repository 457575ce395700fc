"""What the rules for times do with what they matched: words of a date → intervals.

Each reader takes the match and the day from which relative forms count, and returns two intervals:
the one meant beside a verb of the past, and the one beside a verb of the future.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from graphmem.core.when import (
    When,
    day_of,
    days_around,
    decade_of,
    hull,
    month_back,
    month_of,
    on_date,
    season_of,
    week_of,
    weekday_after,
    weekday_before,
    weekend_of,
    year_of,
)

__all__ = [
    "DECADES",
    "MONTHS",
    "NUMBERS",
    "WEEKDAYS",
    "Pair",
    "Reader",
    "ago",
    "ahead",
    "before_last",
    "day_of_month",
    "day_word",
    "days_of_month",
    "decade",
    "from_now",
    "full_date",
    "full_months_to",
    "last_units",
    "month_alone",
    "month_and_year",
    "month_of_turn",
    "months_to",
    "n",
    "numeric",
    "perfect",
    "season",
    "slashed",
    "turn_of_unit",
    "units_ago_today",
    "week_of_date",
    "weekday",
    "weekday_alone",
    "weekday_of_week",
    "year_alone",
    "yearless_date",
    "years_to",
]

NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = (
    "january february march april may june july august september october november december"
).split()
DECADES = {"sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990}
_NUMBER = {**{word: n for n, word in enumerate(NUMBERS, 1)}, "a": 1, "an": 1}
_WEEKDAY = {day[:3]: n for n, day in enumerate(WEEKDAYS)}
_MONTH = {month[:3]: n for n, month in enumerate(MONTHS, 1)}
_DAY_WORDS = {"yesterday": -1, "last night": -1, "tomorrow": 1,
              "the day before yesterday": -2, "the day after tomorrow": 2}  # fmt: skip
# "A week from Friday": what follows is where one counts from, and not the time that is meant.
_COUNTED = re.compile(
    r"\b(?:day|week|weekend|month|year|decade)s?\s+(?:from|after|before)\s+"
    r"(?:(?:last|this|next|past|coming)\s+)*$",
    re.IGNORECASE,
)
_NO_DAY = frozenset("a an the any one some no another".split())
_TURNS = {"last": -1, "this": 0, "next": 1}

Pair = tuple[When | None, When | None]
Reader = Callable[[re.Match[str], date], Pair | None]


def _same(when: When) -> Pair:
    return when, when


def n(match: re.Match[str]) -> int:
    """Return the number that a phrase counts with."""
    word = match["n"].lower()
    return _NUMBER.get(word) or int(word)


def _year(text: str) -> int:
    """Read "2023" or "'23"; two digits mean the last hundred years before 2050."""
    digits = text.strip("'’")
    if len(digits) > 2:
        return int(digits)
    return int(digits) + (2000 if int(digits) < 50 else 1900)


def _month_number(text: str) -> int:
    return _MONTH[text.lower()[:3]]


def _day_number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _unit(unit: str, today: date, shift: int) -> When:
    """Return the calendar unit some units away from today."""
    if unit == "day":
        return day_of(today, shift)
    if unit == "week":
        return week_of(today, shift)
    if unit == "weekend":
        return weekend_of(today, shift)
    if unit == "month":
        return month_of(today.year, today.month, shift)
    if unit == "year":
        return year_of(today.year + shift)
    return decade_of((today.year // 10 + shift) * 10)


def _rolling(unit: str, today: date, n: int) -> When:
    """Return the last so many units up to today."""
    months = {"month": n, "year": 12 * n, "decade": 120 * n}.get(unit)
    if months:
        first = month_back(today, months)
    else:
        first = today - timedelta(days=n * {"day": 1, "week": 7, "weekend": 7}[unit])
    return days_around(first, today)


def _is_counted_from(match: re.Match[str]) -> bool:
    return _COUNTED.search(match.string[max(0, match.start() - 40) : match.start()]) is not None


def day_word(match: re.Match[str], today: date) -> Pair | None:
    """Read "yesterday", "tonight", "the day after tomorrow"; not of "a week from tomorrow"."""
    if _is_counted_from(match):
        return None
    word = " ".join(match["at"].lower().split())
    return _same(day_of(today, _DAY_WORDS.get(word, _DAY_WORDS.get(word.split()[0], 0))))


def turn_of_unit(match: re.Match[str], today: date) -> Pair | None:
    """Read "last week", "this month", "the past year"."""
    turn, unit = match["turn"].lower().split()[-1], match["unit"].lower()
    if unit == "day" or (unit == "decade" and turn == "past"):
        return None
    if turn == "past":
        return _same(_unit(unit, today, -1) if unit == "weekend" else _rolling(unit, today, 1))
    if turn == "coming":
        return _same(_unit(unit, today, 0 if unit == "weekend" else 1))
    return _same(_unit(unit, today, _TURNS[turn]))


def before_last(match: re.Match[str], today: date) -> Pair:
    """Read "the week before last"."""
    return _same(_unit(match["unit"].lower(), today, -2))


def last_units(match: re.Match[str], today: date) -> Pair:
    """Read "the last three months"."""
    return _same(_rolling(match["unit"].lower(), today, n(match) if match["n"] else 1))


def ago(match: re.Match[str], today: date) -> Pair:
    """Read "two weeks ago"."""
    return _same(_unit(match["unit"].lower(), today, -n(match)))


def units_ago_today(match: re.Match[str], today: date) -> Pair | None:
    """Read "three years ago today", "a week ago today": the day itself."""
    unit, back = match["unit"].lower(), n(match)
    if unit == "weekend":
        return None
    if unit in ("day", "week"):
        return _same(day_of(today, -back * (7 if unit == "week" else 1)))
    return _same(day_of(month_back(today, back * {"month": 1, "year": 12, "decade": 120}[unit])))


def ahead(match: re.Match[str], today: date) -> Pair:
    """Read "for the next two weeks"."""
    return None, _unit(match["unit"].lower(), today, n(match))


def from_now(match: re.Match[str], today: date) -> Pair:
    """Read "two weeks from now"."""
    return _same(_unit(match["unit"].lower(), today, n(match)))


def weekday(match: re.Match[str], today: date) -> Pair | None:
    """Read "last Friday", "on Monday"; not of "a week from Friday"."""
    if _is_counted_from(match):
        return None
    number = _WEEKDAY[match["day"].lower()[:3]]
    turn = " ".join((match["turn"] or "").lower().split())
    if turn in ("last", "this past", "past"):
        return _same(weekday_before(today, number))
    if turn in ("next", "this coming", "coming"):
        return _same(weekday_after(today, number))
    return weekday_before(today, number), weekday_after(today, number)


def weekday_alone(match: re.Match[str], today: date) -> Pair | None:
    """Read "Friday we met", but neither "Black Friday" nor "a Friday"."""
    before = match.string[: match.start()].rsplit(None, 1)[-1:]
    word = before[0] if before and match.string[match.start() - 1].isspace() else ""
    named = word[:1].isupper() and len(word) > 1 and word[-1].isalpha()
    return None if named or word.lower() in _NO_DAY else weekday(match, today)


def weekday_of_week(match: re.Match[str], today: date) -> Pair:
    """Read "Tuesday of last week"."""
    week = week_of(today, _TURNS[match["turn"].lower()])
    first = week.start or datetime.min
    return _same(day_of(first.date(), _WEEKDAY[match["day"].lower()[:3]]))


def full_date(match: re.Match[str], today: date) -> Pair:
    """Read "5 May 2023"."""
    month, day = _month_number(match["month"]), _day_number(match["day"])
    return _same(on_date(_year(match["year"]), month, day))


def yearless_date(match: re.Match[str], today: date) -> Pair:
    """Read "May 5"."""
    month, day = _month_number(match["month"]), _day_number(match["day"])
    this = on_date(today.year, month, day)
    if this.start and this.start.date() == today:
        return _same(this)
    back = this.start is not None and this.start.date() > today
    past = on_date(today.year - 1, month, day) if back else this
    return past, this if back else on_date(today.year + 1, month, day)


def day_of_month(match: re.Match[str], today: date) -> Pair:
    """Read "on the 15th": of this month, else of the one before or after."""
    day = _day_number(match["day"])
    shift = (day <= today.day) - 1
    past = _month_of_day(today, shift)
    future = _month_of_day(today, shift + 1) if day != today.day else past
    return on_date(past.year, past.month, day), on_date(future.year, future.month, day)


def _month_of_day(today: date, shift: int) -> date:
    month = today.year * 12 + today.month - 1 + shift
    return date(month // 12, month % 12 + 1, 1)


def days_of_month(match: re.Match[str], today: date) -> Pair | None:
    """Read "May 5-7"."""
    month, first, last = (
        _month_number(match["month"]), _day_number(match["day"]), _day_number(match["last"]),
    )  # fmt: skip
    if last <= first:
        return None
    years = [_year(match["year"])] * 2 if match["year"] else [today.year - 1, today.year]
    spans = [days_around(date(y, month, first), date(y, month, last)) for y in years]
    if match["year"]:
        return _same(spans[0])
    past = spans[1] if date(today.year, month, last) < today else spans[0]
    if past is spans[1]:
        y = today.year + 1
        return past, days_around(date(y, month, first), date(y, month, last))
    return past, spans[1]


def month_and_year(match: re.Match[str], today: date) -> Pair:
    """Read "May 2023"."""
    return _same(month_of(_year(match["year"]), _month_number(match["month"])))


def month_of_turn(match: re.Match[str], today: date) -> Pair:
    """Read "last May"."""
    year = today.year + _TURNS[match["turn"].lower()]
    return _same(month_of(year, _month_number(match["month"])))


def month_alone(match: re.Match[str], today: date) -> Pair | None:
    """Read "in May", by the tense of its verb."""
    name, turn = match["month"], (match["turn"] or "").lower()
    if not name[0].isupper():  # "may" and "march" are other words, too
        return None
    month = _month_number(name)
    past = month_of(today.year - (month >= today.month), month)
    future = month_of(today.year + (month <= today.month), month)
    if turn == "last":
        return _same(past)
    if turn == "next":
        return _same(future)
    if month == today.month or turn == "this":
        return _same(month_of(today.year, month))
    return past, future


def months_to(match: re.Match[str], today: date) -> Pair:
    """Read "May to July 2023"."""
    year, first, last = _year(match["year"]), match["month"], match["last"]
    began = year - (_month_number(first) > _month_number(last))
    begin, end = month_of(began, _month_number(first)), month_of(year, _month_number(last))
    return _same(hull(begin, end))


def full_months_to(match: re.Match[str], today: date) -> Pair | None:
    """Read "May 2022 to July 2023"."""
    begin = month_of(_year(match["year"]), _month_number(match["month"]))
    end = month_of(_year(match["to"]), _month_number(match["last"]))
    return _same(hull(begin, end)) if _in_order(begin, end) else None


def season(match: re.Match[str], today: date) -> Pair:
    """Read "last summer", "in the winter of 2021"."""
    name, turn = match["season"].lower(), (match["turn"] or "").lower()
    if match["year"]:
        return _same(season_of(name, _year(match["year"])))
    around = [season_of(name, today.year + shift) for shift in (-2, -1, 0, 1)]
    if turn == "last":
        return _same(max((s for s in around if s.end and s.end.date() <= today), key=_starts))
    if turn == "next":
        return _same(min((s for s in around if s.start and s.start.date() > today), key=_starts))
    # A winter that began last year goes on in this one.
    now = [s for s in around if s.end and s.end.date() > today]
    return _same(min((s for s in now if s.end and s.end.year >= today.year), key=_starts))


def _starts(when: When) -> datetime:
    return when.start or datetime.min


def year_alone(match: re.Match[str], today: date) -> Pair:
    """Read "in 2021"."""
    return _same(year_of(_year(match["year"])))


def years_to(match: re.Match[str], today: date) -> Pair | None:
    """Read "2010-2015"."""
    begin, last = _year(match["year"]), match["last"]
    # "2010-15" ends in 2015.
    end = int(f"{begin // 100}{last}") if len(last) == 2 else _year(last)
    return _same(hull(year_of(begin), year_of(end))) if end > begin else None


def decade(match: re.Match[str], today: date) -> Pair:
    """Read "in the nineties"."""
    word = match["decade"].lower().strip("'’")
    if word in DECADES:
        return _same(decade_of(DECADES[word]))
    digits = word.rstrip("s")
    return _same(decade_of(int(digits) if len(digits) == 4 else 1900 + int(digits)))


def numeric(match: re.Match[str], today: date) -> Pair:
    """Read "2023-05-01" and "2023-05"."""
    if match["day"]:
        return _same(on_date(int(match["year"]), int(match["month"]), int(match["day"])))
    return _same(month_of(int(match["year"]), int(match["month"])))


def slashed(match: re.Match[str], today: date) -> Pair | None:
    """Read 25/12/2023 and 12/25/2023; where both may be the month, nobody knows."""
    one, other, year = int(match["one"]), int(match["other"]), int(match["year"])
    if one <= 12 and other <= 12 and one != other:
        return None
    day, month = max(one, other), min(one, other)
    return _same(on_date(year, month, day))


def week_of_date(match: re.Match[str], today: date) -> Pair | None:
    """Read "the week of May 5"."""
    pair = full_date(match, today) if match["year"] else yearless_date(match, today)
    of = weekend_of if match["unit"].lower() == "weekend" else week_of
    past, future = (of(day.start.date()) if day and day.start else None for day in pair)
    return past, future


def perfect(match: re.Match[str], today: date) -> Pair | None:
    """Read "have been here for two years": it began then, and goes on."""
    unit = match["unit"].lower()
    return _same(replace(_unit(unit, today, -n(match)), end=None)) if unit != "day" else None


def _in_order(begin: When, end: When) -> bool:
    return begin.start is not None and end.start is not None and begin.start < end.start
