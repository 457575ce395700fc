"""What sort of answer a passage could give, and what sort a question wants: by wording, English.

Rules of the recipe measured on LoCoMo, BEAM and LongMemEval; a passage and a question that fit
are a hint beside their words, never a condition.
"""

from __future__ import annotations

import re
from enum import IntFlag
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

__all__ = ["FIRST_PERSON_SHIFT", "MAX_FIRST_PERSON", "AskedDate", "Mark", "Want", "asked_dates",
           "follower_bit", "marks_of", "proper_words", "wants_of"]  # fmt: skip


class Mark(IntFlag):
    """What a passage holds."""

    TIME = 1
    NUMBER = 2
    PLACE = 4
    PREFERENCE = 8


class Want(IntFlag):
    """What a question asks for."""

    NOTHING = 0
    TIME = 1
    NUMBER = 2
    PLACE = 4
    ADVICE = 8
    """Something is requested that the asker's likes and habits bear on."""


class AskedDate(NamedTuple):
    """A date that a question names; 0 where it does not say the day or the year."""

    month: int
    day: int
    year: int


# Above the marks stands how many first-person words there are, up to three.
FIRST_PERSON_SHIFT = 4
MAX_FIRST_PERSON = 3
_EARLY_CHARS, _PLACE_CHARS, _PREFERENCE_CHARS = 600, 1_000, 800

_MONTHS: tuple[str, ...] = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_LOW_WORD = re.compile(r"[a-z]+|\d+[a-z]*")
_TIME_WORDS = frozenset(
    """
    yesterday today tonight tomorrow monday tuesday wednesday thursday friday saturday sunday
    recently just since weekend ago jan feb mar apr jun jul aug sep sept oct nov dec
    """.split()
) | frozenset(month for month in _MONTHS if month != "may")
_NUMBER_WORDS = frozenset(
    """
    one two three four five six seven eight nine ten eleven twelve couple dozen hundred thousand
    first second third once twice several few both
    """.split()
)
_TIME_HINTS = frozenset("last next this later before from".split())
_TIME = re.compile(
    r"\b(?:last (?:week|month|year|night|summer|winter|spring|fall|weekend|\w+day)"
    r"|next (?:week|month|year|summer|weekend|\w+day)"
    r"|this (?:week|month|year|weekend|summer|morning)"
    r"|(?:days?|weeks?|months?|years?) (?:later|before|from now))\b"
)
_DAY_OR_YEAR = re.compile(r"\b(?:\d{4}|\d{1,2}(?:st|nd|rd|th)?)\b")
_FIRST_PERSON = frozenset("i my me mine we our".split())
_PLACE = re.compile(r"\b(?:in|at|to|from|near)\s+(?:the\s+)?[A-Z]\w")
_PREFERENCE = re.compile(
    r"\b(?:always|never|prefer|preference|from now on|whenever|make sure"
    r"|i (?:really )?(?:like|love|enjoy|hate|dislike)|i'd (?:rather|like|love)|don't like"
    r"|not a fan|favou?rite|rather than|instead of|avoid|i've been (?:using|doing|trying)"
    r"|i usually|i tend to|interested in)\b"
)
_PREFERENCE_HINTS = frozenset(
    """
    always never prefer preference now whenever sure like love enjoy hate dislike rather fan
    favorite favourite instead avoid using doing trying usually tend interested
    """.split()
)

_WHEN = re.compile(r"^\W*(?:when|what (?:date|day|month|year|time)|how long)|which (?:month|year)")
_HOW_MANY = re.compile(r"\bhow (?:many|much|often|old|far)\b")
_WHERE = re.compile(
    r"^\W*(?:where|which (?:city|country|state|place))|what (?:city|country|state|place)"
)
_REQUEST = re.compile(
    r"\b(?:can you|could you|would you|suggest|recommend|advice|tips?|ideas?|should i|help me"
    r"|how (?:can|do|should|would) i|what (?:steps|should|would|could|can)|show me|explain"
    r"|i'm (?:planning|looking|trying|working|thinking|feeling)|i've been)\b"
)
_ASKS_BACK = re.compile(
    r"\b(?:summar|order in which|walk me through|list the order|did i|have i|do i|was i|were my"
    r"|is my|did you)"
)
_DATE = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS)})\b(?:\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b)?"
    r"(?:,?\s+(?P<year>\d{4}))?"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>{'|'.join(_MONTHS)})\b"
    r"(?:,?\s+(?P<year2>\d{4}))?"
)
_IN_MAY = re.compile(r"\b(?:in|on|of|during|since|by|until|early|late|mid)\s+may\b")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_MAX_DATES = 8

_TOKEN = re.compile(r"\w[\w'’-]*")
_OPENERS = frozenset(
    """
    a an the of in on at to for by with from and or is are was were be been did does do has have
    had that this these those it its as which who whom whose what when where why how many much
    there their his her he she they them than not no s name both if while after during
    """.split()
)


def marks_of(text: str) -> int:
    """Return the `Mark`s of a passage and its first-person words, as one number. O(n)."""
    low = text.lower().replace("’", "'")
    found = _LOW_WORD.findall(low)
    distinct = frozenset(found)
    marks = 0
    if _says_time(low, distinct):
        marks |= Mark.TIME
    if any(map(str.isdigit, low)) or not _NUMBER_WORDS.isdisjoint(distinct):
        marks |= Mark.NUMBER
    if _PLACE.search(text[:_PLACE_CHARS]):
        marks |= Mark.PLACE
    if not _PREFERENCE_HINTS.isdisjoint(distinct) and _PREFERENCE.search(low[:_PREFERENCE_CHARS]):
        marks |= Mark.PREFERENCE
    early = found if len(low) <= _EARLY_CHARS else _LOW_WORD.findall(low[:_EARLY_CHARS])
    n_own = sum(word in _FIRST_PERSON for word in early)
    return marks | min(n_own, MAX_FIRST_PERSON) << FIRST_PERSON_SHIFT


def wants_of(question: str) -> Want:
    """Return what sort of answer a question wants; of time, number and place one at most."""
    low = question.lower().replace("’", "'")
    advice = Want.ADVICE if _REQUEST.search(low) and not _ASKS_BACK.search(low) else Want.NOTHING
    if _WHEN.search(low):
        return Want.TIME | advice
    if _HOW_MANY.search(low):
        return Want.NUMBER | advice
    return Want.PLACE | advice if _WHERE.search(low) else advice


def asked_dates(question: str) -> tuple[AskedDate, ...]:
    """Return the dates with a month that a question names; a year alone is none. O(n)."""
    low = question.lower()
    years = _YEAR.findall(low)
    found = []
    for match in _DATE.finditer(low):
        month, day = match["month"] or match["month2"], match["day"] or match["day2"]
        year = match["year"] or match["year2"] or (years[0] if years else "0")
        if month == "may" and not (day or int(year) or _IN_MAY.search(low)):
            continue
        found.append(AskedDate(_MONTHS.index(month) + 1, int(day or 0), int(year)))
    return tuple(found[:_MAX_DATES])


def proper_words(question: str) -> tuple[str, ...]:
    """Return the words of a question that name something: capitalised, or with a digit first.

    A word that only opens the question is none.
    """
    found: list[str] = []
    for at, match in enumerate(_TOKEN.finditer(question)):
        word = match[0]
        named = word[0].isupper() or word[0].isdigit()
        if named and not (at == 0 and word.lower() in _OPENERS):
            found.append(word)
    return tuple(found)


@lru_cache(maxsize=1 << 17)
def follower_bit(term: str) -> int:
    """Return the one of eight bits by which a term is noted as the follower of another."""
    return 1 << (crc32(term.encode()) & 7)


def _says_time(low: str, distinct: frozenset[str]) -> bool:
    if not _TIME_WORDS.isdisjoint(distinct) or _DAY_OR_YEAR.search(low):
        return True
    return not _TIME_HINTS.isdisjoint(distinct) and bool(_TIME.search(low))
