"""A question that names a time wants what was told then; one for the last, the last of several."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem import Memory

NOW = datetime(2024, 3, 13, 12, tzinfo=UTC)  # a Wednesday
YEARS = {2019: "Lisbon", 2020: "Berlin", 2021: "Porto", 2022: "Madrid", 2023: "Oslo"}


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """Notes that say the same of each year, and a hundred stand-ups that say the same of a day."""
    store = tmp_path_factory.mktemp("then") / "then.db"
    with Memory(store, clock=lambda: NOW) as memory:
        for year, city in YEARS.items():
            text = f"The team's retreat was in {city}. Ada gave a talk on caching there."
            memory.add(text, source=f"diary-{year}", at=f"{year}-06-10")
        memory.add("The bridge at the harbour was painted green.", source="last", at="2024-03-07")
        memory.add("Ada bought a kite.", source="this", at="2024-03-11")
        yield memory


def first(memory: Memory, question: str, **how: object) -> str:
    recall = memory.search(question, k=3, kinds=("passage",), **how)  # type: ignore[arg-type]
    return recall.hits[0].text


@pytest.mark.parametrize("year", YEARS)
def test_what_was_told_in_a_year_is_first(memory: Memory, year: int) -> None:
    assert YEARS[year] in first(memory, f"Where was the retreat in {year}?")
    assert YEARS[year] in first(memory, f"Where was the retreat in June {year}?")
    assert YEARS[year] in first(memory, f"Where was the retreat on 11 June {year}?")


def test_times_count_from_the_clock_or_from_the_moment_asked_for(memory: Memory) -> None:
    assert "Oslo" in first(memory, "Where was the retreat last year?")
    then = datetime(2022, 1, 1, tzinfo=UTC)
    assert "Porto" in first(memory, "Where was the retreat last year?", as_of=then)
    assert "Madrid" in first(memory, "Where was the retreat two years ago?")


def test_what_happened_then_is_found_though_no_word_says_it(memory: Memory) -> None:
    assert "bridge" in first(memory, "What happened last week?")
    assert "kite" in first(memory, "What was there this week?")
    assert "kite" in first(memory, "What happened the day before yesterday?")


def test_the_last_of_several_is_first(memory: Memory) -> None:
    assert "Oslo" in first(memory, "Where was the most recent retreat?")
    assert "Oslo" in first(memory, "Where was the team's last retreat?")
    assert "Oslo" in first(memory, "Where was the retreat?", mode="latest")
    then = datetime(2021, 12, 1, tzinfo=UTC)
    assert "Porto" in first(memory, "Where was the latest retreat?", as_of=then)
    assert "Berlin" in first(memory, "Where was the latest retreat in 2020?")
    hits = memory.search("Where was the most recent retreat?", kinds=("passage",)).hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {part.name for hit in hits for part in hit.parts} >= {"last"}


def test_of_many_that_say_the_same_the_one_of_the_day_is_found(tmp_path: Path) -> None:
    """Though more of them answer as well as are ever looked at."""
    with Memory(tmp_path / "days.db", clock=lambda: NOW, extractor=None) as memory:
        for day in range(1, 32):
            for month in range(1, 13):
                if day <= 28 or month in (1, 3, 5, 7, 8, 10, 12):
                    text = f"Stand-up of the team: we spoke of task {31 * month + day}."
                    at = f"2023-{month:02d}-{day:02d}"
                    memory.add(text, source=at, at=at)
        assert "task 176." in first(memory, "What was the stand-up on 21 May 2023 about?")
        assert "task 403." in first(memory, "What was the most recent stand-up about?")
