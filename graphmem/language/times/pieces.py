"""What the rules for times are made of: pieces of patterns, and the words that they need.

In a pattern a blank stands for any blanks, and a word in angle brackets for a piece below.
`{…}` is what names the time; the rest only has to stand around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from graphmem.core.when import SEASONS
from graphmem.language.times.holidays import HOLIDAYS
from graphmem.language.times.reader import Reader
from graphmem.language.times.words import (
    DECADES,
    FEW,
    MONTHS,
    NUMBERS,
    ORDINALS,
    SHORT_UNITS,
    UNITS,
    WEEKDAYS,
)

__all__ = ["DAY_WORDS", "NTH", "TRIGGERS", "Rule", "absolute", "relative", "topics_of"]

_TURNS = ("last", "this", "next")
_UNITS = (*UNITS, *SHORT_UNITS)
NTH = ("first", "second", "third", "fourth", "last")
# Short forms want their capital: "sat", "sun" and "mar" are other words.
_FULL_DAY, _SHORT_DAY = "|".join(WEEKDAYS), "(?-i:Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun)"
_SHORT_MONTH = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_MONTH = rf"{'|'.join(MONTHS)}|(?-i:{_SHORT_MONTH})\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_DAY_NAME = "|".join(sorted(ORDINALS, key=len, reverse=True))
# What follows makes it a number of something.
_NO_YEAR = (
    r"BCE?|B\.C\.|an?\s+(?:day|week|month|year)|people|dollars|euros|pounds|bucks|miles|met(?:er|re)s|km|kg|feet|square|sq|ft"
    r"|calories|k?cal|steps|words|pages|rows|lines|items|files|users|pieces|points|hours|minutes"
    r"|days|times|(?-i:[A-Z]\w+ (?:Street|St|Avenue|Ave|Road|Rd|Lane))"
)
_YEAR = rf"(?:1\d{{3}}|20\d{{2}}|['’]\d{{2}})(?![\d%]|[.,]\d|\s*(?:{_NO_YEAR})\b)"
_FULL_YEAR = rf"(?:1\d|20)\d\d(?!\s*(?:{_NO_YEAR})\b)"


def _begins(words: Iterable[str]) -> str:
    """Return the start of a word that begins as one of these: most are passed by at a glance."""
    letters = "".join(sorted({word[0] for word in words}))
    return rf"(?<!\w)(?=[{letters}])"


_LEADS = (
    "in since until till til during throughout from by through before after of around about early "
    "late mid"
).split()

_PIECES = {
    "n": (
        rf"(?P<n>an?|(?:{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
        rf"(?:[- ](?:{'|'.join(list(NUMBERS)[:9])}))?|\d{{1,3}})"
    ),
    "few": rf"(?:a\s+)?(?P<few>{'|'.join(FEW)})(?:\s+of)?",
    "unit": rf"(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})",
    "long-unit": "(?P<unit>week|month|year|decade)",
    "turn": f"(?P<turn>{'|'.join(_TURNS)})",
    "turns": "(?P<turn>last|this past|past|this coming|coming|this|next)",
    "weekday": f"(?P<day>{_FULL_DAY}|{_SHORT_DAY})",
    "full-weekday": f"(?P<day>{_FULL_DAY})",
    "weekday-name": f"(?P<weekday>{_FULL_DAY})",
    "lower-weekday": f"(?P<day>(?-i:{_FULL_DAY}))",
    "Weekday": f"(?P<day>(?-i:{'|'.join(day.title() for day in WEEKDAYS)}))",
    "any-weekday": rf"(?P<day>{_FULL_DAY}|{_SHORT_DAY}|tues?|weds?|thu(?:rs?)?|fri)",
    "weekday-of": rf"(?:(?:{_FULL_DAY}|{_SHORT_DAY}),?\s+(?:the\s+)?)?",
    "part": r"(?:\s+(?:morning|afternoon|evening|night)\b)?",
    "parts": r"\s+(?:morning|afternoon|evening|night)s\b",
    "month": f"(?P<month>{_MONTH})",
    "any-month": rf"(?P<month>{'|'.join(MONTHS)}|(?:{_SHORT_MONTH})\b\.?)",
    "last-month": f"(?P<last>{_MONTH})",
    "day": f"(?P<day>{_DAY})",
    "one": r"(?P<one>\d\d?)",
    "day-name": f"(?P<day>{_DAY_NAME})",
    "last-day": f"(?P<last>{_DAY})",
    "quarter": r"(?P<quarter>Q[1-4]|(?:the\s+)?(?:first|second|third|fourth)\s+quarter)",
    "nth-day": r"(?P<day>\d\d?(?:st|nd|rd|th))",
    "nth": f"(?P<nth>{'|'.join(NTH)})",
    "of-month": (
        rf"(?:(?P<turn>{'|'.join(_TURNS)})\s+month"
        rf"|(?P<month>{_MONTH})(?:,?\s+(?:of\s+)?(?P<year>{_YEAR}))?)"
    ),
    "year": f"(?P<year>{_YEAR})",
    "to-year": f"(?P<last_year>{_YEAR})",
    "full-year": f"(?P<year>{_FULL_YEAR})",
    "last-year": f"(?P<last>{_FULL_YEAR})",
    "no-years": _NO_YEAR,
    "season": f"(?P<season>{'|'.join(SEASONS)})",
    "decade": rf"(?P<decade>(?:1\d|20)\d0s|['’]?[2-9]0s|{'|'.join(DECADES)})",
    "holiday": "(?P<holiday>{})".format(
        "|".join(sorted(HOLIDAYS, key=len, reverse=True)).replace("'", "['’]").replace(" ", r"\s+")
    ),
    "to": r"(?P<to>\s*(?:[-–—]|\b(?:to|until|till|through|and)\b)\s*)",
    "dash": r"(?P<to>\s*[-–—]\s*)",
    "comma": r"(?:,\s*|\s+)",
    "in": rf"{_begins(_LEADS)}(?:{'|'.join(_LEADS)})[\s-]+",
    "at-turn": _begins(("last", "past", "this", "coming", "next")),
    "at-day-word": _begins(("yesterday", "today", "last")),
    "at-month": _begins(MONTHS),
    "at-date": _begins((*WEEKDAYS, *MONTHS)),
    "at-day": _begins((*WEEKDAYS, *"0123456789")),
    "free": r"(?<![\w.,/$€£-])",
    "no-day": r"(?<!\d\s)(?<!(?:st|nd|rd|th|of)\s)",
    "no-number": r"(?![\d/-])",
}  # fmt: skip

DAY_WORDS = frozenset(
    "yesterday today tonight tomorrow tmrw night morning afternoon evening".split()
)
_TOPICS = {
    "unit": frozenset((*_UNITS, *(f"{unit}s" for unit in _UNITS))),
    "weekday": frozenset(
        (*WEEKDAYS, *(f"{day}s" for day in WEEKDAYS), *(day[:3] for day in WEEKDAYS),
         "tues", "weds", "thur", "thurs")
    ),
    "month": frozenset((*MONTHS, *(month[:3] for month in MONTHS), "sept")),
    "season": frozenset((*SEASONS, *(f"{season}s" for season in SEASONS))),
    "day word": DAY_WORDS,
    "decade": frozenset(DECADES),
    "holiday": frozenset(re.findall("[a-z]+", " ".join(HOLIDAYS))) - {"day", "good", "new", "s"},
    "quarter": frozenset(("quarter", "q")),
}  # fmt: skip
# A rule with one of these pieces reads nothing where no word of the topic stands.
_TOPIC_OF = {
    "unit": "unit", "long-unit": "unit", "weekday": "weekday", "any-weekday": "weekday",
    "weekday-name": "weekday", "full-weekday": "weekday", "lower-weekday": "weekday",
    "Weekday": "weekday", "month": "month", "any-month": "month", "season": "season",
    "year": "digit", "full-year": "digit", "day": "digit", "nth-day": "digit", "one": "digit",
    "holiday": "holiday", "quarter": "quarter",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+|\d")

TRIGGERS = frozenset(
    (*(word for topic in _TOPICS.values() for word in topic), *(f"q{n}" for n in range(1, 5)),
     *(f"{month[:3]}." for month in MONTHS), "sept.", *map(str, range(1000, 2100)),
     *(f"mid-{name}" for name in (*MONTHS, *SEASONS)))
) - {"q"}  # fmt: skip
"""Words in lower case of which one stands in every text that names a time, or a number does."""


def topics_of(text: str) -> frozenset[str]:
    """Return which kinds of words for times stand in a text: "unit", "month", "digit"."""
    words = frozenset(_WORD.findall(text.lower()))
    found = {topic for topic, known in _TOPICS.items() if not known.isdisjoint(words)}
    return frozenset(found | {"digit"} if any(map(str.isdigit, words)) else found)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A pattern whose group "at" names the time.

    Attributes:
        template: of the pattern.
        relative: whether it needs the day on which it was said.
        topics: what has to stand in a text that it reads, as `topics_of` says.
        marks: of these characters and words in lower case one has to, where there are any.
        listed: whether it counts only behind a time of its sort: "in 2019 and 2021".
    """

    template: str
    read: Reader
    relative: bool
    topics: frozenset[str]
    marks: tuple[str, ...] = ()
    listed: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled for the first text that may need it: all of them take a tenth of a second."""
        return _compiled(self.template)


@cache
def _compiled(template: str) -> re.Pattern[str]:
    marked = template.replace("{", "(?P<at>").replace("}", ")").replace(" ", r"\s+")
    whole = re.sub(r"(?<!\?P)<([a-zA-Z-]+)>", lambda piece: _PIECES[piece[1]], marked)
    return re.compile(whole, re.IGNORECASE)


def relative(template: str, reader: Reader, *marks: str) -> Rule:
    """Return a rule that counts from the day on which the text was said."""
    return Rule(template, reader, True, _topics(template), marks)


def absolute(template: str, reader: Reader, *marks: str, listed: bool = False) -> Rule:
    """Return a rule that means the same time whenever it is said."""
    return Rule(template, reader, False, _topics(template), marks, listed)


def _topics(template: str) -> frozenset[str]:
    """Return the topics of the pieces that may not be missing: of those outside of "(…)?"."""
    needed = re.sub(r"\((?:[^()]|\([^()]*\))*\)\?", "", template)
    pieces = re.findall(r"(?<!\?P)<([a-zA-Z-]+)>", needed)
    return frozenset(_TOPIC_OF[piece] for piece in pieces if piece in _TOPIC_OF)
