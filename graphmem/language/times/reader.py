"""What readers are, and what they have in common.

A reader takes the match of a rule and the day from which relative forms count. It returns two
intervals, the one meant beside a verb of the past and the one beside a verb of the future, or
None where the words name no time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from graphmem.core.when import When
from graphmem.language.times.words import SHORT_UNITS

__all__ = ["TURNS", "Pair", "Reader", "is_list", "named", "same", "turn_of", "unit_of"]

TURNS = {"last": -1, "this": 0, "next": 1}

Pair = tuple[When | None, When | None]
Reader = Callable[[re.Match[str], date], Pair | None]


def same(when: When) -> Pair:
    """Return what tense does not change."""
    return when, when


def named(match: re.Match[str], group: str) -> str:
    """Return what a group matched, in lower case; "" where the pattern has none of that name."""
    return (match.groupdict().get(group) or "").lower()


def turn_of(match: re.Match[str]) -> str:
    """Return which turn is meant, "last", "this" or "next"; "" where the words say none."""
    words = named(match, "turn").split()
    last = words[-1] if words else ""
    return {"past": "last", "coming": "next"}.get(last, last)


def unit_of(match: re.Match[str]) -> str:
    """Return the unit that is named, in full."""
    unit = named(match, "unit")
    return SHORT_UNITS.get(unit, unit)


def is_list(match: re.Match[str]) -> bool:
    """Whether "and" tells of two times, and not of the two ends of one."""
    between = match.string[max(0, match.start("at") - 12) : match.start("at")].lower()
    return " and " in match["to"].lower() and "between" not in between
