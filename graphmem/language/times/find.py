"""Times that a text names: "last Friday", "two weeks ago", "in May 2023", "since 2019".

A grammar of regular expressions, read once a passage and only where one of its words stands. What
it cannot read safely ("recently", "around May", 5/7/2023, "every Friday") gives nothing: an
interval is as wide as the unit that the text names. Relative forms count from the day of the
passage; without that day only absolute ones are read. Where a form leaves open whether the last
or the next one is meant ("on Friday", "in May"), the tense of the verb decides later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from graphmem.core.when import When
from graphmem.language.times.dates import days_of_month
from graphmem.language.times.holidays import holiday
from graphmem.language.times.joins import join
from graphmem.language.times.parts import narrow
from graphmem.language.times.periods import full_months_to, months_to, years_to
from graphmem.language.times.phrase import Reading, TimePhrase, read_by, sense_before
from graphmem.language.times.pieces import TRIGGERS, Rule, topics_of
from graphmem.language.times.relative import last_units, next_units
from graphmem.language.times.rules import RULES
from graphmem.language.times.words import NUMBERS

__all__ = ["TimePhrase", "find_times", "names_time", "read_time"]

_NUMERIC = re.compile(
    r"\d[-/–]\d|\d\.\d\d\.|-(?:19|20)\d\d\b|\d0s\b|['’]\d\d\b|\d(?:st|nd|rd|th)\b"
)
_LOOK_BACK = 32
# What stands before makes these no certain time: "around May", "every Friday", "by tomorrow" …
_VAGUE = re.compile(
    r"\b(?:(?P<verb>about|around|each)|(?P<by>by)|roughly|approximately|circa|ca\."
    r"|every(?:\s+(?:other|single|last|second|third|fourth))?)\s+$",
    re.IGNORECASE,
)
# … "three days before Monday" …
_COUNTED = re.compile(
    r"\b(?:hour|day|night|week|weekend|month|year|decade)s?\s+(?:from|after|before|prior\s+to)\s+$",
    re.IGNORECASE,
)
# … "The Day After Tomorrow", "USA Today" and "Last Christmas", the film; in the middle of a
# sentence no time has a capital that no calendar gives it.
_NAME = re.compile(r"(?:Last|This|Next|The|Past|Yesterday|Today|Tonight|Tomorrow)\b(?!\s[A-Z]{2})")
_MIDDLE = re.compile(r"[\w,][ \t]+$")
_SONG = re.compile(r"(?:Yesterday|Today|Tonight|Tomorrow) by (?:the )?[A-Z]")
# … but "drove around last weekend", "talk about today" and "stopped by yesterday" are no guesses.
_PLAIN = re.compile(
    r"(?:yesterday|today|tonight|tomorrow|last|this|next|on|in|past|coming"
    r"|the(?!\s+(?:beginning|start|middle|end|\d|\w+(?:st|nd|rd|th)\b)))\b",
    re.IGNORECASE,
)
_VISITED = re.compile(r"(?:yesterday|last|on)\b", re.IGNORECASE)
# … "Monday or Tuesday", "from 3 to 5 May", "two and three weeks ago" …
_SIDE = re.compile(
    r"(?:(?<!prior\s)(?<!compared\s)(?<!back\s)(?<!up\s)\bto\s+|\b(?:or|than)\s+|[-/~–]"
    rf"|(?:\d|\b(?:{'|'.join(NUMBERS)}))\s+and\s+)$",
    re.IGNORECASE,
)
_OR = re.compile(r"\s+or\s+(?:(?:on|in|the)\s+)?(\w+)")
# … "over two weeks ago", "at least ten years ago"; but one may come over on Monday.
_MUCH = re.compile(r"\b(?:almost|nearly|over|half|some|least|most|few|under)\s+$", re.IGNORECASE)
_COUNTS = re.compile(rf"\d|(?:an?|half|{'|'.join(NUMBERS)})\b", re.IGNORECASE)
# Readers of times that say when they began and ended.
_WITH_ENDS = (days_of_month, months_to, full_months_to, years_to, last_units, next_units)
_FOR = re.compile(r"\bfor\s+(?:the\s+)?$", re.IGNORECASE)
_LEADS = re.compile(
    r"\b(?:in|on|during|the|since|ever|until|till|til|up|to|before|after|prior|of|from|between"
    r"|early|late)\b",
    re.IGNORECASE,
)


def names_time(words: Iterable[str], text: str) -> bool:
    """Whether a text may name a time at all: a cheap test that spares most texts the grammar.

    Args:
        words: of the text, in lower case.
        text: the same.
    """
    return not TRIGGERS.isdisjoint(words) or _NUMERIC.search(text) is not None


def find_times(text: str, at: datetime | None) -> list[TimePhrase]:
    """Return the times that a text names, in order, without overlap; longer readings win.

    Args:
        text: a passage.
        at: when it was said; None reads absolute dates alone.

    Complexity: O(n) for n characters, times the number of rules.
    """
    today = at.date() if at else None
    found: list[Reading] = []
    for reading in _longest(_readings(text, today)):
        part = _planned(text, narrow(text, reading, today))
        found.append(replace(part, vague=_is_vague(text, part)))
    return [_phrase(text, one) for one in join(text, found)]


def _phrase(text: str, one: Reading) -> TimePhrase:
    has_ends = one.has_ends or one.rule.read in _WITH_ENDS
    sense = one.sense or sense_before(text, one.start)
    return TimePhrase(
        one.start, one.end, one.past, one.future,
        "at" if has_ends and sense == "from" else sense,  # "from May to July"
        this=text[one.start : one.start + 4].lower() == "this", has_ends=has_ends,
    )  # fmt: skip


def _readings(text: str, today: date | None) -> Iterator[Reading]:
    lower = " ".join(text.lower().split())
    for rule in _rules(topics_of(text), today is not None):
        if rule.marks and not any(map(lower.__contains__, rule.marks)):
            continue
        for match in rule.pattern.finditer(text):
            pair = read_by(rule, match, today or date.min)
            if pair is not None and (today or pair[0] == pair[1]):
                yield Reading(match.start("at"), match.end("at"), *pair, rule, match)


@cache
def _rules(topics: frozenset[str], has_day: bool) -> tuple[Rule, ...]:
    """Return the rules that may read a text; there are some hundred sorts of texts."""
    return tuple(
        rule for rule in RULES if rule.topics <= topics and (has_day or not rule.relative)
    )


def _longest(readings: Iterable[Reading]) -> list[Reading]:
    kept: list[Reading] = []
    for one in sorted(readings, key=lambda one: (one.start - one.end, one.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _planned(text: str, one: Reading) -> Reading:
    """Read "booked a table for Friday": the day is to come, whatever the tense."""
    is_day = one.granularity == "day" and one.rule.read is not holiday
    if one.past == one.future or not is_day or one.future is None:
        return one
    is_for = _FOR.search(text, max(0, one.start - _LOOK_BACK), one.start)
    return replace(one, past=one.future) if is_for else one


def _is_vague(text: str, one: Reading) -> bool:
    back = max(0, one.start - _LOOK_BACK)
    is_plain = _PLAIN.match(text, one.start) is not None
    if found := _VAGUE.search(text, back, one.start):
        if found["by"]:
            return _VISITED.match(text, one.start) is None
        return not (found["verb"] and is_plain)
    if one.rule.listed or _is_name(text, one.start):
        return True
    # "The week before 9 June 2023" is at least before it.
    if one.rule.relative and _COUNTED.search(text, back, one.start):
        return True
    if (other := _OR.match(text, one.end)) and other[1].lower() in TRIGGERS:
        return True
    if is_plain:
        return False
    if _SIDE.search(text, back, one.start):
        return True
    return bool(_COUNTS.match(text, one.start) and _MUCH.search(text, back, one.start))


def _is_name(text: str, start: int) -> bool:
    if _SONG.match(text, start):
        return True
    return bool(_NAME.match(text, start) and _MIDDLE.search(text, max(0, start - 4), start))


def read_time(text: str, at: datetime) -> When | None:
    """Return the time that a cue of words names ("May 2023", "last week"); None where it is none.

    Args:
        text: words that name a time and nothing else.
        at: from when relative forms count.
    """
    words = " ".join(text.split())
    for lead in ("", "in ", "on ", "in the "):
        phrases = find_times(lead + words, at)
        if len(phrases) == 1 and not _rest(lead + words, phrases[0]):
            return phrases[0].when("past")
    return None


def _rest(text: str, phrase: TimePhrase) -> str:
    """What the text says beside the time, but for the words that lead to it."""
    before = _LEADS.sub(" ", text[: phrase.start])
    return (before + text[phrase.end :]).strip(" .,")
