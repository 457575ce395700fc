"""Deleting costs what is deleted, and not how often a name that stays is spoken of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from graphmem.core.changes import Changes, Commit
from graphmem.memory import Memory
from graphmem.ports import Plan, PlanReader
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.writing import scopes
from graphmem_schemas import Concept, Edge, EdgeKind, Event, Node, Proposition


class CountingReader:
    """A `PlanReader` over another one that counts the edges that it hands out."""

    def __init__(self, reader: PlanReader) -> None:
        self.get, self.find, self.count = reader.get, reader.find, reader.count
        self.with_in_degree = reader.with_in_degree
        self._reader = reader
        self.n_edges = 0

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        edges = self._reader.neighbours(space, uids, kinds)
        self.n_edges += len(edges)
        return edges

    def contributed(
        self, space: str, sources: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        edges = self._reader.contributed(space, sources, kinds)
        self.n_edges += len(edges)
        return edges


class CountingStore(MemoryStore):
    """Counts the edges that the last plan read."""

    n_edges = 0

    def apply(self, space: str, plan: Plan) -> Commit:
        def counted(reader: PlanReader) -> Changes:
            counting = CountingReader(reader)
            changes = plan(counting)
            self.n_edges = counting.n_edges
            return changes

        return super().apply(space, counted)


def chat(n_turns: int, given: bool) -> Memory:
    """Ann is named in every turn, and every fact is about one concept."""
    memory = Memory(CountingStore(), embedder=FakeEmbedder(), extractor=FakeExtractor())
    for n in range(n_turns):
        memory.add(f"Ann met Person{n}. Ann likes tea{n}.", source=f"s{n}")
    facts = [n for n in nodes(memory, "Proposition") if isinstance(n, Proposition)]
    when = facts[0].recorded_at
    tea = Concept(uid="tea", recorded_at=when, name="Tea", key="tea", given=given)
    about = tuple(Edge(kind="ABOUT", start=f.uid, end="tea", sources={"kept": 1}) for f in facts)
    memory._store.apply(memory.space, lambda _: Changes(nodes=(tea,), edges=about))
    return memory


def nodes(memory: Memory, label: str) -> list[Node]:
    batches = memory._store.changes(memory.space, 0, labels=(label,))
    return [node for batch in batches for node in batch.nodes]


def delete_source(memory: Memory) -> None:
    memory.delete(source="s3")


def delete_event(memory: Memory) -> None:
    events = [n for n in nodes(memory, "Event") if isinstance(n, Event)]
    memory.delete(next(event.uid for event in events if "Person3" in event.text))


def delete_fact(memory: Memory) -> None:
    facts = [n for n in nodes(memory, "Proposition") if isinstance(n, Proposition)]
    memory.delete(next(fact.uid for fact in facts if "tea3" in fact.text))


@pytest.mark.parametrize("given", [False, True], ids=["told concept", "given concept"])
@pytest.mark.parametrize("delete", [delete_source, delete_event, delete_fact])
def test_a_delete_reads_no_edges_of_a_hub_that_stays(
    delete: Callable[[Memory], None], given: bool
) -> None:
    read = []
    for n_turns in (5, 50):
        with chat(n_turns, given) as memory:
            delete(memory)
            assert len(nodes(memory, "Concept")) == 1
            read.append(memory._store.n_edges)  # type: ignore[attr-defined]
    assert read[0] == read[1] > 0


def test_a_hub_falls_with_the_last_that_speaks_of_it() -> None:
    with chat(3, given=False) as memory:
        memory.delete(source="s0")
        assert len(nodes(memory, "Concept")) == 1
        memory.delete(source="s1")
        assert nodes(memory, "Concept") == []
        memory.delete(source="s2")
        assert memory.stats().nodes == {}


def test_each_edge_of_a_fact_that_many_state_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Counter[str] = Counter()

    def counted(**said: Any) -> Edge:
        made[said["kind"]] += 1
        return Edge(**said)

    with Memory(MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
        for n in range(20):
            memory.add(f"Ann likes Tom. Word{n}.", source=f"s{n}")
        monkeypatch.setattr(scopes, "Edge", counted)
        memory.delete(source="s3")
    assert made == {"EVIDENCED_BY": 19, "SUBJECT": 1, "OBJECT": 1}
