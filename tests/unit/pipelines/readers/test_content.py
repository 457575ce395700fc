"""What the ledger keeps of a content comes back as it was; dates in all their spellings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import Content
from graphmem_pipelines.readers.moments import read_moment
from graphmem_schemas import Document, Message

TEXTS = st.text(st.characters(codec="utf-8"))
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))


@given(TEXTS, st.none() | TEXTS, MOMENTS)
def test_documents_come_back(text: str, title: str | None, at: datetime | None) -> None:
    content = Content("a", document=Document(text=text, title=title, at=at))
    assert Content.from_json(content.to_json()) == content


@given(st.lists(st.tuples(TEXTS, st.none() | TEXTS, MOMENTS), max_size=5), MOMENTS)
def test_conversations_come_back(rows: list[Any], at: datetime | None) -> None:
    messages = tuple(Message(text=t, speaker=s and s[:200], at=m) for t, s, m in rows)
    content = Content("a", messages=messages, title="t", at=at)
    assert Content.from_json(content.to_json()) == content


def test_runs_come_back_and_the_line_is_the_same_each_time() -> None:
    run = {"task": "t", "steps": [{"action": "a"}], "outcome": True, "source": "s"}
    content = Content("a", run=run)
    assert Content.from_json(content.to_json()) == content
    assert content.to_json() == Content("a", run=dict(reversed(run.items()))).to_json()
    assert "\n" not in content.to_json()


def test_halves_of_surrogate_pairs_can_be_kept() -> None:
    content = Content("a", run={"task": "\ud800", "steps": []})
    assert content.to_json().encode()
    assert Content.from_json(content.to_json()) == content


@pytest.mark.parametrize("text", ["", "{}", "[]", "1", '{"name": "a", "document": 1}', "broken"])
def test_what_is_no_content_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no content"):
        Content.from_json(text)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("2024-05-03", datetime(2024, 5, 3)),
        ("2024-05-03T10:00:00+02:00", datetime(2024, 5, 3, 8)),
        ("2024-05-03 10:00:00Z", datetime(2024, 5, 3, 10)),
        ("Fri, 03 May 2024 10:00:00 +0200", datetime(2024, 5, 3, 8)),
        ("2023/05/30 (Tue) 23:40", datetime(2023, 5, 30, 23, 40)),
        ("1:56 pm on 8 May, 2023", datetime(2023, 5, 8, 13, 56)),
        ("3 May 2024", datetime(2024, 5, 3)),
        ("May 3, 2024", datetime(2024, 5, 3)),
        ("D:20240503100000+02'00'", datetime(2024, 5, 3, 8)),
        ("D:2024", datetime(2024, 1, 1)),
        (1_714_730_400, datetime(2024, 5, 3, 10)),
        ("1714730400.5", datetime(2024, 5, 3, 10, 0, 0, 500_000)),
        (1_714_730_400_000, datetime(2024, 5, 3, 10)),
        ("1714730400000000000", datetime(2024, 5, 3, 10)),
    ],
)
def test_dates_that_are_known(said: object, wanted: datetime) -> None:
    assert read_moment(said) == wanted.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    ["", "soon", "03/04/2024", "2024", 2024, True, None, "2024-13-01", "D:20241301", -1, 1e300,
     float("nan"), "9" * 19, "x" * 100, [], "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_dates_that_are_none(said: object) -> None:
    assert read_moment(said) is None
