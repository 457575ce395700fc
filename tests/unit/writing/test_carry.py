"""What hangs on a fact stays with what it says, however its timeline is laid out."""

from __future__ import annotations

from datetime import UTC, datetime

from graphmem.core.changes import Changes
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Concept, Edge, Hyperedge, Proposition

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def open_memory() -> Memory:
    return Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(NOW)
    )


def facts(memory: Memory) -> dict[str, list[Proposition]]:
    batches = memory._store.changes(memory.space, 0, labels=("Proposition",))
    found: dict[str, list[Proposition]] = {}
    for node in (n for b in batches for n in b.nodes):
        assert isinstance(node, Proposition)
        found.setdefault(node.text, []).append(node)
    return {t: sorted(fs, key=lambda f: f.valid_from or NOW) for t, fs in sorted(found.items())}


def hang(memory: Memory, *uids: str) -> None:
    """Put a hyperedge over facts, and a concept of the first of them."""
    group = Hyperedge(uid="h", recorded_at=NOW, kind="group", text="together", members=uids)
    topic = Concept(uid="c", recorded_at=NOW, name="Home", key="home")
    edges = [Edge(kind="MEMBER", start="h", end=uid, sources={"kept": 1.0}) for uid in uids]
    edges.append(Edge(kind="ABOUT", start=uids[0], end="c", sources={"said": 1.0}))
    memory._store.apply(memory.space, lambda _: Changes(nodes=(group, topic), edges=tuple(edges)))


def members(memory: Memory) -> set[str]:
    edges = memory._store.neighbours(memory.space, ["h"], ["MEMBER"])
    (group,) = memory._store.get(memory.space, ["h"])
    assert isinstance(group, Hyperedge)
    assert {edge.end for edge in edges} == set(group.members)
    return set(group.members)


def topics(memory: Memory) -> list[str]:
    return [e.start for e in memory._store.neighbours(memory.space, ["c"], ["ABOUT"])]


def test_a_fact_that_is_put_again_keeps_its_hyperedges_and_topics() -> None:
    with open_memory() as memory:
        memory.add("Ann lives in Rome. Ann likes Bonn.", source="a", at="2020-01-01")
        memory.add("Ann lives in Rome.", source="c", at="2022-01-01")
        rome, likes = (facts(memory)[t][0].uid for t in ("Ann lives in Rome", "Ann likes Bonn"))
        hang(memory, rome, likes)
        # The second claim becomes a fact of its own, and the first one loses evidence.
        memory.add("Ann lives in Oslo.", source="b", at="2021-01-01")
        assert len(facts(memory)["Ann lives in Rome"]) == 2
        assert members(memory) == {rome, likes}
        assert topics(memory) == [rome]
        memory.delete(source="b")
        assert members(memory) == {rome, likes}
        assert topics(memory) == [rome]


def test_a_fact_that_becomes_part_of_another_hands_on_what_hangs_on_it() -> None:
    with open_memory() as memory:
        memory.add("Ann lives in Rome. Ann likes Bonn.", source="a", at="2020-01-01")
        memory.add("Ann lives in Oslo.", source="b", at="2021-01-01")
        memory.add("Ann lives in Rome.", source="c", at="2022-01-01")
        first, again = (fact.uid for fact in facts(memory)["Ann lives in Rome"])
        likes = facts(memory)["Ann likes Bonn"][0].uid
        hang(memory, again, likes)
        memory.delete(source="b")
        assert members(memory) == {first, likes}
        assert topics(memory) == [first]


def test_a_relation_that_is_renamed_keeps_what_hangs_on_its_facts() -> None:
    with open_memory() as memory:
        memory.add("Ann likes Bonn. Ann lives in Rome.", source="a", at="2020-01-01")
        likes, rome = (facts(memory)[t][0].uid for t in ("Ann likes Bonn", "Ann lives in Rome"))
        hang(memory, likes, rome)
        memory.define("enjoy", synonyms=["like"])
        (renamed,) = (f for fs in facts(memory).values() for f in fs if f.predicate == "enjoy")
        assert renamed.uid != likes
        assert members(memory) == {renamed.uid, rome}
        assert topics(memory) == [renamed.uid]


def test_a_fact_that_goes_leaves_the_others_in_the_hyperedge() -> None:
    with open_memory() as memory:
        memory.add("Ann likes Bonn. Ann lives in Rome.", source="a")
        memory.add("Ann likes Kiel.", source="b")
        bonn, rome, kiel = (
            facts(memory)[f"Ann {what}"][0].uid
            for what in ("likes Bonn", "lives in Rome", "likes Kiel")
        )
        hang(memory, kiel, bonn, rome)
        memory.delete(source="b")
        assert members(memory) == {bonn, rome}
        # Nothing is about the topic any more.
        assert memory._store.get(memory.space, ["c"]) == [None]
        memory.delete(bonn)
        assert memory._store.get(memory.space, ["h"]) == [None]


def test_a_fact_that_is_released_leaves_what_hangs_on_it_and_its_rivals() -> None:
    with open_memory() as memory:
        memory.add("Ann lives in Rome. Ann likes Bonn.", source="a", at="2020-01-01")
        memory.add("Ann lives in Rome.", source="b", at="2020-01-02")
        memory.add("Ann lives in Oslo.", source="c", at="2021-01-01", trust=0.2)
        # Held back, it does not part the claims before and after it.
        memory.add("Ann lives in Rome.", source="d", at="2022-01-01")
        (held,) = memory.quarantined()
        rome, likes = (facts(memory)[t][0].uid for t in ("Ann lives in Rome", "Ann likes Bonn"))
        hang(memory, rome, likes, held.uid)
        memory.release(held.uid)
        assert len(facts(memory)["Ann lives in Rome"]) == 2
        assert members(memory) == {rome, likes, held.uid}
        assert topics(memory) == [rome]
