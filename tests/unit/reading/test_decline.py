"""In which words the memory says that it has nothing."""

from __future__ import annotations

from graphmem import Memory
from graphmem.reading.decline import nothing_of
from graphmem_schemas import HitKind


def test_what_is_not_of_the_kinds_that_are_wanted_is_said() -> None:
    said = "is stated by what answers the question"
    assert nothing_of(["insight"]) == f"nothing of the kind insight {said}"
    asked: list[HitKind] = ["query", "event", "insight"]
    assert nothing_of(asked) == (
        f"nothing of the kinds query, event and insight {said}; runs are found by `similar`"
    )


def test_a_search_for_a_kind_that_is_not_there_says_so() -> None:
    with Memory("memory://") as memory:
        memory.add("Ada moved to Lisbon.", at="2020-01-10")
        question = "Where does Ada live?"
        found = memory.search(question, kinds=["query"])
        assert not found.hits
        assert "found by `similar`" in (found.abstained or "")
        assert memory.search(question, kinds=["proposition"]).abstained is None
