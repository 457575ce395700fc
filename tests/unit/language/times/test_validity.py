"""From when to when a fact holds, where its clause names a part of a year or both ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from graphmem.core.extraction import Extraction

AT = datetime.fromisoformat("2023-06-14T18:30:00+00:00")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        # What began in a part of a year does not end with that part.
        ("Ana moved to Lisbon in early 2021.", "2021-01-01/.."),
        ("Ana moved to Lisbon in Q2 2021.", "2021-04-01/.."),
        ("Ana moved to Lisbon in May 2021.", "2021-05-01/.."),
        ("Ana lived in Lisbon from 2015 to 2018.", "2015-01-01/2019-01-01"),
        ("Ana lived in Lisbon from May 2015 until early 2018.", "2015-05-01/2018-05-01"),
        ("Ana has lived in Lisbon since early 2021.", "2021-01-01/.."),
        ("Ana lives in Lisbon from next month.", "2023-07-01/.."),
        ("Ana lives in Lisbon from August onwards.", "2023-08-01/.."),
        ("Ana is based in Lisbon as of next week.", "2023-06-19/.."),
    ],
)
def test_a_fact_holds_as_long_as_its_clause_says(
    read: Callable[..., Extraction], text: str, valid: str
) -> None:
    (fact,) = [fact for fact in read(text, at=AT).propositions if "lisbon" in str(fact).lower()]
    assert fact.validity is not None
    ends = (fact.validity.start, fact.validity.end)
    assert "/".join(at.date().isoformat() if at else ".." for at in ends) == valid


def validity(read: Callable[..., Extraction], text: str, **about: str) -> str | None:
    """The interval of the one fact of a text that is about no time."""
    found = read(text, at=AT, **about).propositions
    fact = next(one for one in found if one.object.text not in _TIMES)
    ends = (fact.validity.start, fact.validity.end) if fact.validity else ()
    shown = ("now" if at == AT else at.date().isoformat() if at else ".." for at in ends)
    return "/".join(shown) or None


_TIMES = {"today", "tonight", "week", "month", "year", "next week", "tomorrow", "weekend"}


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("I'm in Paris today.", "now/2023-06-15"),
        ("I'm tired today.", "now/2023-06-15"),
        ("I am not at work today.", "now/2023-06-15"),
        ("I'm on vacation this week.", "now/2023-06-19"),
        ("I'm working from home this week.", "now/2023-06-19"),
        ("I'm in London next week.", "2023-06-19/2023-06-26"),
        ("I'm staying in Berlin until Friday.", "now/2023-06-17"),
        ("I'm in Berlin until Friday.", "now/2023-06-17"),
        # What opens a sentence, and is cut off by the parser, is of its clause.
        ("From August on I work at Acme.", "2023-08-01/.."),
        ("Starting Monday I work at Acme.", "2023-06-19/.."),
        ("From May 2020 on I worked at Acme.", "2020-05-01/.."),
        # As old as that, and not so since then.
        ("I live in a flat from 1920.", None),
        ("I own a guitar from 1965.", None),
        ("I have a scar from last summer.", None),
        # A habit, an event, an age and an office end with no day.
        ("I work at Acme today.", None),
        ("I'm buying a house today.", None),
        ("I'm 34 this year.", None),
        ("I'm 34 years old today.", None),
        ("I'm in my third year.", None),
        ("I'm a doctor today.", None),
        ("I am living in Porto this month.", None),
        ("I postponed dinner until Friday.", None),
        ("I'm excited for the launch tomorrow.", None),
    ],
)
def test_a_state_of_some_days_ends_with_them(
    read: Callable[..., Extraction], text: str, valid: str | None
) -> None:
    assert validity(read, text, speaker="Mara") == valid


def test_today_may_be_these_years_where_nobody_speaks(read: Callable[..., Extraction]) -> None:
    assert validity(read, "Mara is in Paris today.") is None


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        # The time is that of what was arranged, or is still to come: the act is of today.
        ("I signed up for the marathon in October.", None),
        ("I registered for a course in March.", None),
        ("I registered for a course in May.", "2023-05-01"),
        ("I booked a table for Friday.", None),
        ("I sold the car in May.", "2023-05-01"),
    ],
)
def test_what_was_arranged_for_a_time_was_not_done_then(
    read: Callable[..., Extraction], text: str, valid: str | None
) -> None:
    facts = [f for f in read(text, at=AT, speaker="Ann").propositions if f.object.kind != "time"]
    starts = {
        f.validity.start.date().isoformat() for f in facts if f.validity and f.validity.start
    }
    assert facts
    assert starts == ({valid} if valid else set())
