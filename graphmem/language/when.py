"""Times that a text names: "last Friday", "two weeks ago", "in May 2023", "since 2019".

A grammar of regular expressions, read once a passage and only where one of its words stands. What
it cannot read safely ("recently", "a few years ago", "around May", 5/7/2023) gives nothing: an
interval is as wide as the unit that the text names. Relative forms count from the day of the
passage; without that day only absolute ones are read. Where a form leaves open whether the last
or the next one is meant ("on Friday", "in May"), the tense of the verb decides later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from graphmem.core.when import When
from graphmem.language.time_readers import Pair
from graphmem.language.time_rules import RULES, TRIGGERS, topics_of

__all__ = ["TimePhrase", "find_times", "names_time", "read_time"]

Sense = Literal["at", "since", "until", "before", "after"]

_NUMERIC = re.compile(r"\d[-/–]\d|\d0s\b|['’]\d\d\b|\d(?:st|nd|rd|th)\b")
# What stands before makes these no certain time: "around May", "every Friday", "by tomorrow" …
_VAGUE = re.compile(
    r"\b(?:about|around|roughly|approximately|circa|every|each|by)\s+$", re.IGNORECASE
)
# … "over two weeks ago", "Monday or Tuesday"; but one may come over tomorrow.
_VAGUE_NUMBER = re.compile(
    r"(?:\b(?:almost|nearly|over|half|some|than|or|to|and|least|most|few)\s+|[-/~–])$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?:yesterday|today|tonight|tomorrow|last|this|next|the|on|in|past|coming)\b", re.IGNORECASE
)
_SENSE = re.compile(
    r"\b(since|until|till|til|up to|before|prior to|after)(?:\s+the(?:\s+end\s+of)?)?\s+$",
    re.IGNORECASE,
)
_SENSES: dict[str, Sense] = {
    "since": "since", "until": "until", "till": "until", "til": "until", "up to": "until",
    "before": "before", "prior to": "before", "after": "after",
}  # fmt: skip
_LEADS = re.compile(
    r"\b(?:in|on|during|the|since|ever|until|till|til|up|to|before|after|prior|of|from|between"
    r"|early|late)\b",
    re.IGNORECASE,
)
_LOOK_BACK = 24


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """`text[start:end]` names a time.

    Attributes:
        past: the interval beside a verb of the past; None where the words mean none then.
        future: the interval beside a verb of the future.
        sense: "at" it, "since" it, "until" it, and so on.
        sure: whether both are the same, so that no tense is needed.
    """

    start: int
    end: int
    past: When | None
    future: When | None
    sense: Sense = "at"

    @property
    def sure(self) -> bool:
        """Whether tense makes no difference."""
        return self.past == self.future

    def when(self, tense: str) -> When | None:
        """Return the interval that is meant; None where the tense leaves it open.

        Args:
            tense: "past", "present" or "future".
        """
        if self.sure or tense == "past":
            found = self.past
        else:
            found = self.future if tense == "future" else None
        return found and _in_sense(found, self.sense)


def _in_sense(when: When, sense: Sense) -> When | None:
    if sense == "at":
        return when
    if sense == "since":
        return replace(when, end=None)
    if sense == "after":
        return replace(when, start=when.end, end=None)
    # "Until Friday" takes Friday in, "before Friday" does not.
    return replace(when, start=None, end=when.end if sense == "until" else when.start)


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
    found: list[tuple[int, int, Pair]] = []
    topics, lower = topics_of(text), text.lower()
    for rule in RULES:
        if not rule.topics <= topics or (today is None and rule.relative):
            continue
        if rule.marks and not any(mark in lower for mark in rule.marks):
            continue
        for match in rule.pattern.finditer(text):
            if _is_vague(text, match.start("at")):
                continue
            try:
                pair = rule.read(match, today or date.min)
            except (ValueError, OverflowError):  # no such day
                continue
            if pair is not None and (today or pair[0] == pair[1]):
                found.append((match.start("at"), match.end("at"), pair))
    return _without_overlap(text, found)


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


def _is_vague(text: str, start: int) -> bool:
    back = max(0, start - _LOOK_BACK)
    if _VAGUE.search(text, back, start):
        return True
    return not _PLAIN.match(text, start) and bool(_VAGUE_NUMBER.search(text, back, start))


def _without_overlap(text: str, found: list[tuple[int, int, Pair]]) -> list[TimePhrase]:
    kept: list[TimePhrase] = []
    for start, end, pair in sorted(found, key=lambda f: (f[0] - f[1], f[0])):
        if all(end <= other.start or other.end <= start for other in kept):
            sense = _SENSE.search(text, max(0, start - _LOOK_BACK), start)
            word = " ".join(sense[1].lower().split()) if sense else ""
            kept.append(TimePhrase(start, end, *pair, _SENSES.get(word, "at")))
    kept.sort(key=lambda phrase: phrase.start)
    return kept
