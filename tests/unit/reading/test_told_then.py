"""A question that names a time wants what was told then; one for the last, the last of several."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graphmem import Memory

NOW = datetime(2024, 3, 13, 12, tzinfo=UTC)  # a Wednesday
YEARS = {2019: "Lisbon", 2020: "Berlin", 2021: "Porto", 2022: "Madrid", 2023: "Oslo"}


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """Notes that say the same of each year, and two of these days."""
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


@pytest.mark.parametrize(
    "question",
    [
        "What happened last week?",
        "What did Ada do yesterday?",
        "What did I do on 11 March?",
        "What happened in June 2021?",
    ],
)
def test_a_time_in_which_something_was_told_need_not_be_said_by_it(question: str) -> None:
    with Memory("memory://", clock=lambda: NOW) as memory:
        for text, at in (
            ("The bridge at the harbour was painted green.", "2024-03-07"),
            ("Ada bought a kite.", "2024-03-11"),
            ("Ada has the flu.", "2024-03-12"),
            ("The retreat was in Porto.", "2021-06-10"),
        ):
            memory.add(text, source=at, at=at)
        assert memory.search(question).abstained is None
        assert memory.context(question).text
        # Of a time in which nothing was told nothing is known.
        assert memory.search("What was decided on 3 March 2019?").abstained is not None


def test_what_a_fact_says_of_then_comes_before_what_was_told_then() -> None:
    with Memory("memory://", clock=lambda: NOW) as memory:
        for text, at in (
            ("Nadia started working at Globex in Oslo.", "2022-04-04"),
            ("Nadia sold the Fiat and drives a Volvo.", "2023-08-20"),
            ("Omar has worked at Renault since 2022.", "2024-02-02"),
        ):
            memory.add(text, source=at, at=at)
        assert "Globex" in first(memory, "Where did Nadia work in 2023?")
        hit = memory.search("Where did Nadia work in 2023?", kinds=("passage",)).hits[0]
        assert "then" in {part.name for part in hit.parts}
        # Nothing says where she lived, and in 2021 she did not work there yet.
        for question in ("Where did Nadia live in 2023?", "Where did Nadia work in 2021?"):
            hits = memory.search(question, kinds=("passage",)).hits
            assert "then" not in {part.name for hit in hits for part in hit.parts}


def noted(*notes: tuple[str, str]) -> Memory:
    memory = Memory("memory://", clock=lambda: NOW)
    for at, text in notes:
        memory.add(text, source=f"{at} {text[:20]}", at=at)
    return memory


@pytest.mark.parametrize(
    "question",
    [
        "What did I do yesterday?",
        "What happened yesterday?",
        "What did Ada do on 12 March?",
        "What did we do on 10 March 2024?",
    ],
)
def test_what_was_told_near_a_day_is_not_of_that_day(question: str) -> None:
    with noted(
        ("2024-03-06", "Ada bought a kite at the fair."),
        ("2024-03-07", "Ada painted the door green."),
        ("2023-01-01", "Ben went to Rome."),
    ) as memory:
        assert memory.search(question).abstained is not None


def test_somebody_who_is_called_like_a_month_has_to_be_named() -> None:
    with noted(
        ("2023-08-12", "Ada bought a kite at the fair."), ("2023-07-07", "The boat was sold.")
    ) as memory:
        assert memory.search("What did August do in August 2023?").abstained is not None


def test_a_habit_is_no_answer_to_what_was_done_on_a_day() -> None:
    with noted(
        ("2019-05-05", "Ben reads novels."),
        ("2024-03-12", "Finished Middlemarch today, as Ben urged me to read it."),
        ("2024-03-12", "Tired. Ben and I took turns to read Emma aloud."),
    ) as memory:
        assert "novels" not in first(memory, "What did Ben read yesterday?")


def test_what_is_denied_or_is_of_others_is_not_lifted() -> None:
    with noted(
        ("2019-05-05", "Ada does not work at Globex."),
        ("2020-01-05", "Ada's sister Nina lives in Oslo."),
        ("2020-06-05", "Nina lives with Ada's dog in Bonn."),
        ("2023-02-06", "In the new year Ada took a post at Initech. Her work is fun."),
        ("2021-06-05", "Ada moved out in a hurry."),
    ) as memory:
        assert "moved out" in first(memory, "Where did Ada live in 2021?")
        hits = memory.search("Where did Ada work in 2023?", kinds=("passage",)).hits
        assert "Initech" in hits[0].text
        assert "then" not in {part.name for hit in hits for part in hit.parts}


def test_words_that_say_where_a_time_lies_are_no_topic() -> None:
    with Memory("memory://", clock=lambda: NOW) as memory:
        memory.add("The last bus was late, we walked for a week.", source="bus", at="2021-03-06")
        memory.add("Dinner is on 7 December.", source="dinner", at="2024-03-07")
        assert "Dinner" in first(memory, "What happened last week?")
        assert "bus" in first(memory, "When was the last bus?")


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


LIVES = (
    ("2020-05-01", "Nadia lives in Porto. She works at Acme."),
    ("2023-06-20", "Nadia moved to Oslo in June 2023. She works at Globex now."),
    ("2025-06-08", "Nadia lives in Turin."),
)


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with Memory(tmp_path_factory.mktemp("lives") / "lives.db", clock=lambda: now) as memory:
        for at, text in LIVES:
            memory.add(text, source=at, at=at)
        yield memory


@pytest.mark.parametrize(
    ("question", "passage", "holds", "holds_not"),
    [
        ("Where did Nadia live in 2021?", "Porto", ["in Porto"], ["in Turin", "to Oslo"]),
        ("Where did Nadia live in 2024?", "Oslo", ["to Oslo"], ["in Turin", "in Porto"]),
        ("Where did Nadia live in 2023?", "Oslo", ["to Oslo", "in Porto"], ["in Turin"]),
        ("Where did Nadia work in 2022?", "Acme", ["at Acme"], ["at Globex"]),
        ("Where did Nadia live last year?", "Turin", ["in Turin", "to Oslo"], ["in Porto"]),
        ("Where does Nadia live?", "Turin", ["in Turin"], ["in Porto", "to Oslo"]),
    ],
)
def test_what_held_then_is_first(
    lives: Memory, question: str, passage: str, holds: list[str], holds_not: list[str]
) -> None:
    assert passage in first(lives, question)
    hits = lives.search(question, kinds=("proposition",)).hits
    facts = " | ".join(hit.text for hit in hits)
    assert [place for place in holds if place not in facts] == []
    assert [place for place in holds_not if place in facts] == []
    both = lives.search(question, kinds=("passage", "proposition")).hits
    assert [hit.score for hit in both] == sorted((hit.score for hit in both), reverse=True)


def test_a_time_counts_from_the_moment_that_is_asked_for(lives: Memory) -> None:
    then = datetime(2022, 1, 1, tzinfo=UTC)
    facts = lives.search("Where did Nadia live last year?", kinds=("proposition",), as_of=then)
    assert "Nadia lives in Porto" in {hit.text for hit in facts.hits}
    assert "in Porto" in lives.context("Where did Nadia live in 2021?").text


TOLD = (
    ("2024-03-13", "Ada bought a kite."),
    ("2023-01-01", "The garden fence is blue."),
    ("2024-03-11", "I called my mother about the garden."),
    ("2024-03-11", "Ordered new chairs."),
    ("2023-09-01", "My yoga class is at 7 pm every Monday."),
    ("2024-02-20", "The flight to Rome leaves on 14 March at 06:50."),
    ("2018-09-05", "I joined a choir."),
    ("2020-05-05", "I began to work when I joined Acme in 2018."),
    ("2022-01-02", "Spent Christmas with my parents in Bergen."),
    ("2019-12-25", "Spent Christmas with my parents in Faro."),
    (None, "The piano was tuned."),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with Memory(tmp_path_factory.mktemp("told") / "told.db", clock=lambda: NOW) as memory:
        for number, (at, text) in enumerate(TOLD):
            memory.add(text, source=str(number), at=at)
        yield memory


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        # Not when it was told is asked, but how it is.
        ("What colour is the fence today?", "fence"),
        ("What time is my yoga class on Monday?", "yoga"),
        ("When does my flight leave tomorrow?", "flight"),
        # When it was told.
        ("Whom did I call on Monday?", "mother"),
        ("What did Ada buy today?", "kite"),
        # The time is in the text, or it was told soon after.
        ("Which company did I join in 2018?", "Acme"),
        ("Where did I spend Christmas with my parents in 2021?", "Bergen"),
        # What nobody dated is found all the same.
        ("Who tuned the piano last week?", "piano"),
    ],
)
def test_a_time_crowds_out_no_answer(told: Memory, question: str, answer: str) -> None:
    assert answer in first(told, question)


def test_chats_and_documents_of_a_time_are_found(tmp_path: Path) -> None:
    with Memory(tmp_path / "sorts.db", clock=lambda: NOW) as memory:
        for year, city in YEARS.items():
            said = [
                {"role": "user", "content": f"Our retreat was in {city}.", "at": f"{year}-06-10"},
                {"role": "assistant", "content": "How nice.", "at": f"{year}-06-10"},
            ]
            memory.add(said, source=f"chat-{year}")
        assert "Berlin" in first(memory, "Where was our retreat in 2020?")
        assert "Oslo" in first(memory, "Where was our last retreat?")
    with Memory(tmp_path / "titled.db", clock=lambda: NOW) as memory:
        for number, (year, city) in enumerate(YEARS.items()):
            text, title = f"The retreat was in {city}.", f"Report {number}"
            memory.add(text, source=title, title=title, at=f"{year}-06-10")
        assert "Berlin" in first(memory, "Where was the retreat in 2020?")
        assert "Oslo" in first(memory, "Where was the latest retreat?")


def test_of_many_that_say_the_same_the_one_of_the_day_is_found(tmp_path: Path) -> None:
    """Though more of them answer as well as are ever looked at."""
    days = [datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(365)]
    with Memory(tmp_path / "days.db", clock=lambda: NOW, extractor=None) as memory:
        for number, day in enumerate(days):
            text = f"Stand-up of the team: we spoke of task {1_000 + number}."
            memory.add(text, source=str(number), at=day)
        for number in range(0, 365, 9):
            question = f"What was the stand-up on {days[number]:%d %B %Y} about?"
            assert f"task {1_000 + number}." in first(memory, question)
        assert "task 1364." in first(memory, "What was the most recent stand-up about?")
