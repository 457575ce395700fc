"""The words in which the memory says that it does not know: what is missing, what is closest."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from datetime import datetime

from graphmem.core.terms import terms
from graphmem_schemas import HitKind

__all__ = ["closest_thing", "nothing_about", "nothing_of"]

_WORD = re.compile(r"\w+")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def nothing_about(
    question: str, missing: Set[str], people: Sequence[str], *, together: bool = False
) -> str:
    """Return "nothing about Melanie and pottery", or of what is there alone "… together".

    Args:
        question: whose own words are used.
        missing: terms that are not found, or not together.
        people: whom it asks about.
        together: whether each of them is found somewhere.
    """
    named = [word for word in _WORD.findall(question) if missing & set(terms(word))]
    things = list(dict.fromkeys([*people, *named]))
    if not things:
        return "nothing that answers the question"
    told = " together" if together and len(things) > 1 else ""
    return f"nothing about {_listed(things)}{told}"


def nothing_of(kinds: Sequence[HitKind]) -> str:
    """Return "nothing of the kind insight is stated by what answers the question"."""
    of = f"kind {kinds[0]}" if len(kinds) == 1 else f"kinds {_listed(kinds)}"
    told = "; runs are found by `similar`" if "query" in kinds else ""
    return f"nothing of the {of} is stated by what answers the question{told}"


def closest_thing(who: str | None, at: datetime | None) -> str:
    """Return "; closest: Caroline, 3 May 2023"; empty where neither is known."""
    date = f"{at.day} {_MONTHS[at.month - 1]} {at.year}" if at else None
    told = ", ".join(part for part in (who, date) if part)
    return f"; closest: {told}" if told else ""


def _listed(things: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(things[:-1]), things[-1]) if part)
