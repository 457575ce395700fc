"""The words of the calendar, and which numbers they stand for."""

from __future__ import annotations

import re

__all__ = [
    "DECADES", "FEW", "MONTHS", "NUMBERS", "ORDINALS", "SHORT_UNITS", "UNITS", "WEEKDAYS",
    "day_number", "month_number", "number_of", "weekday_number", "year_number",
]  # fmt: skip

_TO_TWENTY = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_TENS = "thirty forty fifty sixty seventy eighty ninety".split()
NUMBERS = {word: n for n, word in enumerate(_TO_TWENTY, 1)} | {
    word: 10 * n for n, word in enumerate(_TENS, 3)
}
"""One to twenty, and the tens; the others are made of two: "twenty-five"."""

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = (
    "january february march april may june july august september october november december"
).split()
DECADES = {"sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth "
    "twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)
ORDINALS: list[str] = [*_ORDINALS.split()]
UNITS = ("day", "night", "week", "weekend", "fortnight", "month", "year", "decade")
SHORT_UNITS = {"wk": "week", "yr": "year"}
FEW = {"couple": (1, 3), "few": (2, 6), "several": (3, 8)}
"""How many are meant, from and to, by words that do not count."""

_ONES = frozenset(("a", "an"))
_WEEKDAY = {day[:3]: n for n, day in enumerate(WEEKDAYS)}
_MONTH = {month[:3]: n for n, month in enumerate(MONTHS, 1)}
_ORDINAL = {word: n for n, word in enumerate(ORDINALS, 1)}


def number_of(text: str) -> int:
    """Read "12", "twelve", "twenty-five" or "a"."""
    if text.isdigit():
        return int(text)
    words = re.split(r"[\s-]+", text.lower())
    return sum(1 if word in _ONES else NUMBERS[word] for word in words)


def year_number(text: str) -> int:
    """Read "2023" or "'23"; two digits mean the last hundred years before 2050."""
    digits = text.strip("'’")
    if len(digits) > 2:
        return int(digits)
    return int(digits) + (2000 if int(digits) < 50 else 1900)


def month_number(text: str) -> int:
    """Read "May", "sept.": 1 to 12."""
    return _MONTH[text.lower()[:3]]


def weekday_number(text: str) -> int:
    """Read "Friday", "fri": 0 is Monday."""
    return _WEEKDAY[text.lower()[:3]]


def day_number(text: str) -> int:
    """Read "3", "3rd" or "third"."""
    return _ORDINAL.get(text.lower()) or int(re.sub(r"\D", "", text))
