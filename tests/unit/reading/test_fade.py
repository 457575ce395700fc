"""Facts that were told long ago count less, unless they were of use; none goes."""

from __future__ import annotations

from datetime import UTC, datetime

from graphmem.core.changes import Changes
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Edge, Hit, Query

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def open_memory(store: MemoryStore, now: datetime = NOW) -> Memory:
    return Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(now))


def facts(memory: Memory, as_of: str | None = None) -> dict[str, Hit]:
    recall = memory.search("Who likes Rome?", k=10, kinds=["proposition"], as_of=as_of)
    return {hit.text: hit for hit in recall.hits}


def aged(hit: Hit) -> float:
    """What age took from it, as a share."""
    lost = sum(part.value for part in hit.parts if part.name == "age")
    return -lost / (hit.score - lost)


def test_of_two_that_fit_alike_the_newer_one_comes_first_and_none_goes() -> None:
    with open_memory(MemoryStore()) as memory:
        memory.add("Ann likes Rome.", source="old", at="2016-01-01")
        memory.add("Bob likes Rome.", source="new", at="2025-12-31")
        memory.add("Cyd likes Rome.", source="undated")
        found = facts(memory)
        assert set(found) == {"Ann likes Rome", "Bob likes Rome", "Cyd likes Rome"}
        assert round(aged(found["Ann likes Rome"]), 3) == 0.5
        assert 0.0 < aged(found["Bob likes Rome"]) < 0.01
        assert aged(found["Cyd likes Rome"]) == 0.0
        assert list(found)[-1] == "Ann likes Rome"


def test_what_was_of_use_fades_more_slowly() -> None:
    with open_memory(MemoryStore()) as memory:
        memory.add("Ann likes Rome.", source="a", at="2025-10-01")
        uid = facts(memory)["Ann likes Rome"].uid
        unused = aged(facts(memory)["Ann likes Rome"])
        for n in range(3):
            asked = Query(uid=f"q{n}", recorded_at=NOW, text="?", outcome="success")
            used = Edge(kind="USED", start=f"q{n}", end=uid, sources={f"recall{n}": 1.0})
            memory._store.apply(
                "default",
                lambda _, a=asked, u=used: Changes(nodes=(a,), edges=(u,)),  # type: ignore[misc]
            )
        assert aged(facts(memory)["Ann likes Rome"]) < 0.7 * unused


def test_asked_as_of_then_it_is_as_fresh_as_it_was() -> None:
    with open_memory(MemoryStore()) as memory:
        memory.add("Ann likes Rome.", source="a", at="2016-01-01")
        then = aged(facts(memory, as_of="2016-01-02")["Ann likes Rome"])
        assert then < 0.01 < aged(facts(memory)["Ann likes Rome"])


def test_what_was_superseded_stays_below_however_often_it_was_used() -> None:
    with open_memory(MemoryStore()) as memory:
        memory.add("Ann lives in Rome.", source="a", at="2015-01-01")
        memory.add("Ann lives in Oslo.", source="b", at="2016-01-01")
        old = next(
            hit for hit in memory.search("Where does Ann live?", kinds=["proposition"],
                                         mode="all").hits if hit.text.endswith("Rome")
        )  # fmt: skip
        asked = Query(uid="q", recorded_at=NOW, text="?", outcome="success")
        used = Edge(kind="USED", start="q", end=old.uid, sources={"recall": 1e6})
        memory._store.apply("default", lambda _: Changes(nodes=(asked,), edges=(used,)))
        hits = memory.search("Where does Ann live?", kinds=["proposition"], mode="all").hits
        assert [hit.text for hit in hits] == ["Ann lives in Oslo", "Ann lives in Rome"]
