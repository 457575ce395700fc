"""What is dated in the future holds not yet, whichever way one asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem import Memory

QUESTION = "Where does Ada live?"
LISBON, PORTO = "Ada moved to Lisbon", "Ada moved to Porto"


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with Memory(Path(tmp_path_factory.mktemp("to-come")) / "a.db") as memory:
        memory.add(f"{LISBON}.", at="2020-01-10", source="a")
        memory.add(f"{PORTO}.", at="2999-05-01", source="b")
        yield memory


def test_the_fact_that_holds_is_found_and_not_called_superseded(memory: Memory) -> None:
    (fact,) = memory.search(QUESTION, kinds=["proposition"]).hits
    assert (fact.text, fact.superseded_by) == (LISBON, None)
    later = memory.search(QUESTION, kinds=["proposition"], as_of="2999-06-01").hits
    assert [hit.text for hit in later] == [PORTO]
    assert [fact.text for fact in memory.current("Ada")] == [LISBON]


def test_of_all_facts_the_one_that_holds_loses_nothing(memory: Memory) -> None:
    hits = memory.search(QUESTION, kinds=["proposition"], mode="all").hits
    (fact,) = [hit for hit in hits if hit.text == LISBON]
    assert fact.superseded_by is None
    assert "superseded" not in {part.name for part in fact.parts}


def test_once_it_has_begun_it_takes_the_place_of_the_other(memory: Memory) -> None:
    asked = {"kinds": ["proposition"], "mode": "all", "as_of": "2999-06-01"}
    hits = {hit.text: hit for hit in memory.search(QUESTION, **asked).hits}  # type: ignore[arg-type]
    assert hits[LISBON].superseded_by == hits[PORTO].uid
    assert hits[PORTO].score > hits[LISBON].score


def test_a_context_does_not_say_that_it_has_changed(memory: Memory) -> None:
    text = memory.context(QUESTION).text
    assert "since" not in text
    assert text.index(LISBON) < text.index(PORTO)


def test_a_fact_that_will_be_over_is_believed_until_then(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.db") as memory:
        memory.add(f"{LISBON}.", at="2020-01-10")
        (fact,) = memory.current("Ada")
        memory.retire(fact.uid, at="2999-01-01")
        assert [one.text for one in memory.current("Ada")] == [LISBON]
        for now, n_rows in (("2025-01-01", 1), ("2999-06-01", 0)):
            assert len(memory.query("believed_now", {"entity": "Ada", "now": now}).rows) == n_rows


def test_a_word_of_change_that_is_dated_in_the_future_comes_not_first(tmp_path: Path) -> None:
    def first(at: str) -> str:
        with Memory(tmp_path / f"{at}.db") as memory:
            old, new = "The average response time of my API is 800 ms", "is now improved to 250 ms"
            memory.add([{"speaker": "Ann", "text": f"{old}."}], at="2020-01-10")
            text = f"The average response time of my API {new}."
            memory.add([{"speaker": "Ann", "text": text}], at=at)
            return memory.search("What is the average response time of my API?").hits[0].text

    assert "250" in first("2021-05-01")
    assert "800" in first("2999-05-01")


def test_a_named_query_believes_the_same(memory: Memory) -> None:
    def believed(**more: str) -> list[str]:
        table = memory.query("believed_now", {"entity": "Ada", **more})
        return [row[table.columns.index("text")] for row in table.rows]

    assert believed() == [LISBON]
    assert believed(now="2999-06-01") == [PORTO]
    assert believed(now="2019-01-01") == []
