"""A time that was found in a text, and what the words before it make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from graphmem.core.when import When
from graphmem.language.times.pieces import Rule
from graphmem.language.times.reader import Pair

__all__ = ["Reading", "Sense", "TimePhrase", "read_by", "sense_before"]

Sense = Literal["at", "since", "from", "onwards", "until", "before", "after"]

_LOOK_BACK = 60
_SENSE = re.compile(
    r"(?P<no>(?:\b(?:not|never)|n['’]t)\b[^.,;:!?]*?)?"
    r"\b(?P<word>since|until|till|til|up to|before|prior to|after|from|as of|as from|effective"
    r"|(?:starting|beginning)(?: in| on| from)?)(?:\s+the)?\s+$",
    re.IGNORECASE,
)
_SENSES: dict[str, Sense] = {
    "since": "since", "until": "until", "till": "until", "til": "until", "up to": "until",
    "before": "before", "prior to": "before", "after": "after",
    "from": "from", "as of": "onwards", "as from": "onwards", "effective": "onwards",
    "starting": "onwards", "beginning": "onwards",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """`text[start:end]` names a time.

    Attributes:
        past: the interval beside a verb of the past; None where the words mean none then.
        future: the interval beside a verb of the future.
        sense: "at" it, "since" it, "until" it, and so on; "onwards" begins with it, as "from" does
            unless that tells how old something is.
        this: whether the words begin with "this", which beside a verb of the present is to come.
        has_ends: whether the words say when it began and ended: "from May to July".
        sure: whether both are the same, so that no tense is needed.
    """

    start: int
    end: int
    past: When | None
    future: When | None
    sense: Sense = "at"
    this: bool = False
    has_ends: bool = False

    @property
    def sure(self) -> bool:
        """Whether tense makes no difference."""
        return self.past == self.future

    def when(self, tense: str) -> When | None:
        """Return the interval that is meant; None where the tense leaves it open.

        Args:
            tense: "past", "present" or "future".
        """
        # "I've been living here since Saturday": whatever the verb, that is over.
        if self.sure or tense == "past" or (self.sense == "since" and self.past):
            found = self.past
        else:
            # "I'm here until Friday": what still holds ends later, what is to hold begins later.
            ahead = tense == "future" or self.this or self.sense in ("until", "from", "onwards")
            found = self.future if ahead else None
        return found and _in_sense(found, self.sense)


def _in_sense(when: When, sense: Sense) -> When | None:
    if sense == "at":
        return when
    if sense in ("since", "from", "onwards"):
        return replace(when, end=None)
    if sense == "after":
        return replace(when, start=when.end, end=None)
    # "Until Friday" takes Friday in, "before Friday" does not.
    return replace(when, start=None, end=when.end if sense == "until" else when.start)


def sense_before(text: str, start: int) -> Sense:
    """Return what the words before a time say: "since", "until"; "not until Friday" is at it."""
    found = _SENSE.search(text, max(0, start - _LOOK_BACK), start)
    if found is None:
        return "at"
    words = " ".join(found["word"].lower().split())
    sense = _SENSES.get(words) or _SENSES[words.split()[0]]
    return "at" if found["no"] and sense == "until" else sense


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule read, before it is known whether it stands: `text[start:end]`.

    Attributes:
        past: as of a phrase.
        future: as of a phrase.
        rule: what read it.
        match: from what.
        sense: what its own words say, where they do; else those before it say it.
        has_ends: as of a phrase, where it was joined of two.
        vague: whether something before it makes it no certain time, unless it ends a span.
    """

    start: int
    end: int
    past: When | None
    future: When | None
    rule: Rule
    match: re.Match[str]
    sense: Sense | None = None
    has_ends: bool = False
    vague: bool = False

    @property
    def granularity(self) -> str:
        """The unit that was named."""
        some = self.past or self.future
        return some.granularity if some else ""


def read_by(rule: Rule, match: re.Match[str], today: date) -> Pair | None:
    """Return what a rule makes of a match; None where it is no time, or there is no such day."""
    try:
        return rule.read(match, today)
    except (ValueError, OverflowError):
        return None
