"""Which facts are about an entity."""

from __future__ import annotations

from datetime import UTC, datetime

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder

NOW = datetime(2024, 1, 1, tzinfo=UTC)
MAY, JUNE = datetime(2023, 5, 1, tzinfo=UTC), datetime(2023, 6, 1, tzinfo=UTC)
TOLD = [("Ann", "likes", "Bo"), ("Bo", "owns", "boat"), ("Cy", "hires", "Bo")]


def test_a_fact_is_about_its_object_too() -> None:
    with Memory(MemoryStore(), embedder=FakeEmbedder(), clock=lambda: NOW) as memory:
        memory.add_extracted([{"id": "a", "text": "Step a."}], [{"id": "a", "triples": TOLD}])

        def held(entity: str, predicate: str | None = None, **when: datetime) -> set[str]:
            return {fact.text for fact in memory.current(entity, predicate, **when)}

        told = {"Ann likes Bo", "Bo owns boat", "Cy hires Bo"}
        assert held("Bo") == held("Bo", known_at=NOW) == told
        changes = memory.history(entity="Bo")
        assert {change.node.text for change in changes} == told  # type: ignore[attr-defined]
        # Of one relation, from the end that it is asked from.
        assert held("Bo", "likes") == set()
        memory.merge("Bo", "boat")
        assert held("boat") == held("Bo") > {"Ann likes Bo", "Cy hires Bo"}


def test_a_retired_fact_has_its_date_in_a_history() -> None:
    with Memory(MemoryStore(), embedder=FakeEmbedder(), clock=lambda: NOW) as memory:
        for key, at, told in (("a", MAY, TOLD[0]), ("b", JUNE, TOLD[2])):
            memory.add_extracted(
                [{"id": key, "text": f"Step {key}.", "at": at}], [{"id": key, "triples": [told]}]
            )
        (likes,) = memory.current("Ann")
        memory.retire(likes.uid, "2023-07-01")
        hires, retired = memory.history(entity="Bo")
        assert (hires.what, hires.at) == ("current", JUNE)
        assert (retired.what, retired.at) == ("retired", datetime(2023, 7, 1, tzinfo=UTC))
