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
    ],
)
def test_a_fact_holds_as_long_as_its_clause_says(
    read: Callable[..., Extraction], text: str, valid: str
) -> None:
    (fact,) = [fact for fact in read(text, at=AT).propositions if "lisbon" in str(fact).lower()]
    assert fact.validity is not None
    ends = (fact.validity.start, fact.validity.end)
    assert "/".join(at.date().isoformat() if at else ".." for at in ends) == valid
