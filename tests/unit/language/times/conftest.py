from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from graphmem.language.times.find import find_times

Told = Callable[..., str]


@pytest.fixture(scope="session")
def told() -> Told:
    """Return a function that writes the times of a text: "2023-05-03/2023-05-04 & …"; "" for none.

    An interval is its first day and the day after its last one; an open end is "..".
    """

    def times(text: str, tense: str = "past", on: str = "2023-06-14") -> str:
        moment = datetime.fromisoformat(on).replace(hour=18, minute=30, tzinfo=UTC)
        named = [phrase.when(tense) for phrase in find_times(text, moment)]
        ends = [(when.start, when.end) for when in named if when]
        return " & ".join(
            "/".join(at.date().isoformat() if at else ".." for at in pair) for pair in ends
        )

    return times
