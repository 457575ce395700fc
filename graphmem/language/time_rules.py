"""The grammar of times: one rule a line, a pattern and what reads it.

In a pattern a blank stands for any blanks, and a word in angle brackets for a piece below.
`{…}` is what names the time; the rest only has to stand around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from graphmem.core.when import SEASONS
from graphmem.language import time_readers as read
from graphmem.language.time_readers import DECADES, MONTHS, NUMBERS, WEEKDAYS, Reader

__all__ = ["RULES", "TRIGGERS", "Rule", "topics_of"]

_TURNS = ("last", "this", "next")
_UNITS = ("day", "week", "weekend", "month", "year", "decade")
# Short forms want their capital: "sat", "sun" and "mar" are other words.
_FULL_DAY, _SHORT_DAY = "|".join(WEEKDAYS), "(?-i:Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun)"
_MONTH = f"{'|'.join(MONTHS)}|(?-i:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_NO_YEAR = r"BCE?|B\.C\.|people|dollars|euros|miles|met(?:er|re)s|km|kg|feet"
_YEAR = rf"(?:1\d{{3}}|20\d{{2}}|['’]\d{{2}})(?![\d%]|[.,]\d|\s*(?:{_NO_YEAR})\b)"
_FULL_YEAR = r"(?:1\d|20)\d\d"


def _begins(words: Iterable[str]) -> str:
    """Return the start of a word that begins as one of these: most are passed by at a glance."""
    letters = "".join(sorted({word[0] for word in words}))
    return rf"(?<!\w)(?=[{letters}])"


_LEADS = (
    "in since until till til during from by through before after of around about early late mid"
).split()

_PIECES = {
    "n": rf"(?P<n>an?|{'|'.join(NUMBERS)}|\d{{1,3}})",
    "unit": rf"(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})",
    "turn": f"(?P<turn>{'|'.join(_TURNS)})",
    "turns": "(?P<turn>last|this past|past|this coming|coming|this|next)",
    "weekday": f"(?P<day>{_FULL_DAY}|{_SHORT_DAY})",
    "full-weekday": f"(?P<day>{_FULL_DAY})",
    "Weekday": f"(?P<day>(?-i:{'|'.join(day.title() for day in WEEKDAYS)}))",
    "any-weekday": rf"(?:(?:{_FULL_DAY}|{_SHORT_DAY}),?\s+(?:the\s+)?)?",
    "part": r"(?:\s+(?:morning|afternoon|evening|night))?",
    "month": f"(?P<month>{_MONTH})",
    "last-month": f"(?P<last>{_MONTH})",
    "day": f"(?P<day>{_DAY})",
    "last-day": f"(?P<last>{_DAY})",
    "year": f"(?P<year>{_YEAR})",
    "to-year": f"(?P<to>{_YEAR})",
    "full-year": f"(?P<year>{_FULL_YEAR})",
    "last-year": f"(?P<last>{_FULL_YEAR})",
    "season": f"(?P<season>{'|'.join(SEASONS)})",
    "decade": rf"(?P<decade>(?:1\d|20)\d0s|['’]?[2-9]0s|{'|'.join(DECADES)})",
    "to": r"\s*(?:to|until|till|through|and|-|–)\s*",
    "comma": r"(?:,\s*|\s+)",
    "in": rf"{_begins(_LEADS)}(?:{'|'.join(_LEADS)})[\s-]+",
    "at-month": _begins(MONTHS),
    "at-date": _begins((*WEEKDAYS, *MONTHS)),
    "at-day": _begins((*WEEKDAYS, *"0123456789")),
    "free": r"(?<![\w.,/$-])",
    "no-number": r"(?![\d/-])",
    "none": "(?P<turn>)",
}  # fmt: skip

_TOPICS = {
    "unit": frozenset((*_UNITS, *(f"{unit}s" for unit in _UNITS))),
    "weekday": frozenset(
        (*WEEKDAYS, *(day[:3] for day in WEEKDAYS), "tues", "weds", "thur", "thurs")
    ),
    "month": frozenset((*MONTHS, *(month[:3] for month in MONTHS), "sept")),
    "season": frozenset(SEASONS),
    "day word": frozenset(
        "yesterday today tonight tomorrow night morning afternoon evening".split()
    ),
    "decade": frozenset(DECADES),
}  # fmt: skip
# A rule with one of these pieces reads nothing where no word of the topic stands.
_TOPIC_OF = {
    "unit": "unit", "weekday": "weekday", "full-weekday": "weekday", "Weekday": "weekday",
    "month": "month", "season": "season", "year": "digit", "full-year": "digit", "day": "digit",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+|\d")

TRIGGERS = frozenset(
    (*(word for topic in _TOPICS.values() for word in topic),
     *(f"{month[:3]}." for month in MONTHS), "sept.", *map(str, range(1000, 2100)))
)  # fmt: skip
"""Words in lower case of which one stands in every text that names a time, or a number does."""


def topics_of(text: str) -> frozenset[str]:
    """Return which kinds of words for times stand in a text: "unit", "month", "digit"."""
    words = frozenset(_WORD.findall(text.lower()))
    found = {topic for topic, known in _TOPICS.items() if not known.isdisjoint(words)}
    return frozenset(found | {"digit"} if any(map(str.isdigit, words)) else found)


class Rule(NamedTuple):
    """A pattern whose group "at" names the time.

    Attributes:
        relative: whether it needs the day on which it was said.
        topics: what has to stand in a text that it reads, as `topics_of` says.
        marks: of these characters and words in lower case one has to, where there are any.
    """

    pattern: re.Pattern[str]
    read: Reader
    relative: bool
    topics: frozenset[str]
    marks: tuple[str, ...] = ()


def _relative(template: str, reader: Reader, *marks: str) -> Rule:
    return Rule(_compile(template), reader, True, _topics(template), marks)


def _absolute(template: str, reader: Reader, *marks: str) -> Rule:
    return Rule(_compile(template), reader, False, _topics(template), marks)


def _compile(template: str) -> re.Pattern[str]:
    marked = template.replace("{", "(?P<at>").replace("}", ")").replace(" ", r"\s+")
    whole = re.sub(r"(?<!\?P)<([a-zA-Z-]+)>", lambda piece: _PIECES[piece[1]], marked)
    return re.compile(whole, re.IGNORECASE)


def _topics(template: str) -> frozenset[str]:
    """Return the topics of the pieces that may not be missing: of those outside of "(…)?"."""
    needed = re.sub(r"\((?:[^()]|\([^()]*\))*\)\?", "", template)
    pieces = re.findall(r"(?<!\?P)<([a-zA-Z-]+)>", needed)
    return frozenset(_TOPIC_OF[piece] for piece in pieces if piece in _TOPIC_OF)


# Where two rules read the same words, the one that reads more of them wins.
RULES: tuple[Rule, ...] = (
    _relative(
        r"\b{the day before yesterday|the day after tomorrow|(?:yesterday|tomorrow)<part>|today"
        r"|tonight|last night|this (?:morning|afternoon|evening)}\b",
        read.day_word,
        *_TOPICS["day word"],
    ),
    # "The last year" rolls, "the last week of May" and "the next day" are of another time.
    _relative(
        r"(?<!the\s)(?<!of\s)\b{<turns> <unit>}(?!s? (?:of|ago)\b|\w)",
        read.turn_of_unit,
        *_TURNS,
        "past",
        "coming",
    ),
    _relative(r"\b{the <unit> before last}\b", read.before_last, "before"),
    _relative(
        r"\b(?:in|for|over|during|within|throughout) {the (?:last|past) (?:<n> )?<unit>s?}\b"
        r"(?! of)",
        read.last_units,
        "last",
        "past",
    ),
    _relative(r"<free>{<n> <unit>s? (?:ago|back)}\b(?! today)", read.ago, "ago", "back"),
    _relative(r"<free>{<n> <unit>s? ago today}\b", read.units_ago_today, "ago"),
    _relative(r"\b{in <n> <unit>s?}\b(?!['’]| of\b)", read.ahead),
    _relative(r"<free>{<n> <unit>s? from (?:now|today)}\b", read.from_now, "from"),
    _relative(
        r"(?:have|has|['’](?:ve|s)) (?:\w+ )*?{for <n> <unit>s?(?: now)?}\b", read.perfect, "for"
    ),
    _relative(r"\b{(?:<turns>|on) <weekday><part>}\b(?! (?:of|before|after)\b)", read.weekday),
    # Alone it wants its capital, and none beside it: "Black Friday", "Friday Harbor".
    _relative(
        r"\b{<none><Weekday><part>}\b(?!['’]s\b| (?:of|before|after)\b| (?-i:[A-Z]\w))",
        read.weekday_alone,
    ),
    _relative(
        r"\b{(?:on )?<full-weekday><part> (?:of )?<turn> week}\b", read.weekday_of_week, "week"
    ),
    _relative(r"\b{<turn> week,? on <full-weekday>}\b", read.weekday_of_week, "week"),
    _absolute(r"<at-date>{<any-weekday><month> <day><comma><year>}", read.full_date),
    _absolute(r"<at-day>{<any-weekday><day> (?:of )?<month><comma><year>}", read.full_date),
    _relative(
        r"<at-date>{<any-weekday><month> <day>}\b"
        r"(?!\s*[-–:]\s*\d|\s*(?:%|percent|people|million))",
        read.yearless_date,
    ),
    _relative(r"<at-day>{<any-weekday><day> (?:of )?<month>}\b", read.yearless_date),
    _relative(
        r"\bon {the (?P<day>\d\d?(?:st|nd|rd|th))}(?! and (?:the )?\d)"
        r"(?=\s*(?:[.,;:!?]|$)| (?:after|before|and|at|in|with|for|but|to|when|because|so"
        r"|I|we|he|she|they|you)\b)",
        read.day_of_month,
    ),
    _relative(
        r"<at-month>{<month> <day>\s*(?:-|–|to)\s*<last-day>(?:<comma><year>)?}<no-number>",
        read.days_of_month,
    ),
    _relative(
        r"\b{the (?P<unit>week|weekend) of <month> <day>(?:<comma><year>)?}",
        read.week_of_date,
        "week",
    ),
    _absolute(r"<at-month>{<month>,? (?:of )?<year>}", read.month_and_year),
    _relative(r"<at-month>{<month> (?:of )?<turn> year}\b", read.month_of_turn, "year"),
    _relative(r"\b{<turn> year,? in <month>}\b", read.month_of_turn, "year"),
    _relative(r"<in><none>{<month>}\b(?! (?-i:[A-Z]\w)|\s*['’]?\d)", read.month_alone),
    _relative(r"\b{<turn> <month>}\b(?!\s*['’]?\d)", read.month_alone, *_TURNS),
    _absolute(
        r"\b(?:from|between) {<month><to><last-month> (?:of )?<year>}",
        read.months_to,
        "from",
        "between",
    ),
    _absolute(r"<at-month>{<month> <year><to><last-month> <to-year>}", read.full_months_to),
    _absolute(r"\b{<none><season>(?: of)? <year>}", read.season),
    _relative(r"\b{<turn> <season>(?P<year>)}\b(?! of)", read.season, *_TURNS),
    _absolute(r"<in>(?:the year )?{<year>}(?![-–/]\d|\w)", read.year_alone),
    _absolute(r"\b(?:from|between|in|during) {<full-year><to><last-year>}\b", read.years_to),
    _absolute(
        r"<free>{<full-year>\s?[-–]\s?(?P<last>(?:1\d|20)?\d\d)}<no-number>",
        read.years_to,
        "-",
        "–",
    ),
    _absolute(r"\bthe (?:(?:early|late|mid)[\s-]+)?{<decade>}\b", read.decade, "0s", *DECADES),
    _absolute(
        r"<free>{<full-year>[-/](?P<month>\d\d)(?:[-/](?P<day>\d\d))?}<no-number>",
        read.numeric,
        "-",
        "/",
    ),
    _absolute(
        r"<free>{(?P<one>\d\d?)/(?P<other>\d\d?)/<full-year>}<no-number>", read.slashed, "/"
    ),
)
