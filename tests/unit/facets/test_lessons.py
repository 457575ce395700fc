"""Prescriptions through the public API: evidence, the same twice, what fits, bad input."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Edge, Node, Passage

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"when": "paying by card", "text": "Check the balance first.", "when_not": "it is free"},
    {"when": "paying by card", "text": "Ask for a receipt.", "steps": ["pay", "ask"]},
    {"when": "walking the dog", "text": "Take the lead along."},
    {"when": "baking bread", "text": "Let the dough rest for an hour."},
]


def open_memory(store: Any = None, space: str = "default") -> Memory:
    return Memory(
        store if store is not None else MemoryStore(),
        space=space,
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=FixedClock(START, step=timedelta(seconds=1)),
    )


@pytest.fixture
def memory() -> Iterator[Memory]:
    with open_memory() as opened:
        yield opened


def everything(memory: Memory) -> tuple[dict[str, Node], list[Edge]]:
    store, space = memory._store, memory.space
    nodes = {
        n.uid: n for b in store.changes(space, 0, labels=tuple(Node.registry)) for n in b.nodes
    }
    edges = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    return nodes, sorted(edges, key=lambda e: (e.kind, e.start, e.end))


def test_each_lesson_leads_to_the_words_it_was_told_in(memory: Memory) -> None:
    receipt = memory.add_prescriptions(ROWS, source="handbook")
    assert {label: len(uids) for label, uids in receipt.added.items()} == {
        "Source": 1, "Passage": 4, "Prescription": 4,
    }  # fmt: skip
    told = {}
    for edge in everything(memory)[1]:
        if edge.kind == "EVIDENCED_BY":
            passage = memory.get(edge.end)
            assert isinstance(passage, Passage)
            told[edge.start] = passage.text
    for uid, row in zip(receipt.added["Prescription"], ROWS, strict=True):
        assert row["when"] in told[uid]
        assert row["text"] in told[uid]


def test_the_fitting_lesson_comes_first_with_its_condition(memory: Memory) -> None:
    memory.add_prescriptions(ROWS, source="handbook")
    recall = memory.prescriptions("bake some bread", k=2)
    assert len(recall.hits) == 2
    best = recall.hits[0]
    assert (best.kind, best.title, best.source) == ("prescription", "baking bread", "handbook")
    assert best.text == "Let the dough rest for an hour."


def test_the_same_lessons_twice_change_nothing(memory: Memory) -> None:
    memory.add_prescriptions(ROWS, source="handbook")
    before = everything(memory)
    again = memory.add_prescriptions(ROWS, source="handbook")
    assert (again.seq, again.added) == (0, {})
    assert everything(memory) == before


def test_a_lesson_told_twice_is_one_and_survives_the_loss_of_one_source(memory: Memory) -> None:
    first = memory.add_prescriptions(ROWS[:1], source="a").added["Prescription"]
    memory.add_prescriptions(ROWS[:1], source="b")
    assert memory.stats().nodes["Prescription"] == 1
    memory.delete(source="a")
    assert [hit.uid for hit in memory.prescriptions("card").hits] == list(first)
    memory.delete(source="b")
    assert memory.prescriptions("card").hits == ()
    assert memory.stats().nodes == {}


def test_nothing_to_say_is_said_with_a_reason(memory: Memory) -> None:
    recall = memory.prescriptions("anything")
    assert (recall.hits, recall.abstained) == ((), "no prescription is remembered")


@pytest.mark.parametrize("home", ["sqlite", "memory"])
def test_answers_are_those_of_a_memory_opened_afterwards(home: str, tmp_path: Path) -> None:
    store: Any = tmp_path / "a.db" if home == "sqlite" else MemoryStore(shared=True)
    with open_memory(store) as memory:
        for row in ROWS:
            memory.add_prescriptions([row], source=row["when"])
            memory.prescriptions("pay for bread")
        memory.delete(source="walking the dog")
        shown = [hit.model_dump() for hit in memory.prescriptions("pay for bread").hits]
    with open_memory(store) as other:
        assert [hit.model_dump() for hit in other.prescriptions("pay for bread").hits] == shown


def test_vectors_are_kept_for_the_next_start_but_none_of_what_was_deleted(tmp_path: Path) -> None:
    made: list[str] = []

    class Counting(FakeEmbedder):
        def embed(self, texts: Any) -> Any:
            made.extend(texts)
            return super().embed(texts)

    def opened() -> Memory:
        return Memory(tmp_path / "a.db", embedder=Counting(), extractor=FakeExtractor())

    with opened() as memory:
        memory.add_prescriptions(ROWS, source="handbook")
        shown = memory.prescriptions("bread").hits
    made.clear()
    with opened() as memory:
        assert memory.prescriptions("bread").hits == shown
    assert not any("dough" in text for text in made)


def test_another_space_sees_no_lesson() -> None:
    store = MemoryStore(shared=True)
    with open_memory(store, "a") as one, open_memory(store, "b") as other:
        one.add_prescriptions(ROWS)
        assert other.prescriptions("bread").hits == ()


BAD: list[tuple[Any, str]] = [
    ([], "empty list"),
    ("bake", "must be a list"),
    ({"when": "a", "text": "b"}, "must be a list"),
    ([ROWS[0], 3], "prescription 1 is a int"),
    ([{"when": "a"}], "prescription 0 cannot be used"),
    ([{"when": " ", "text": "b"}], "when of prescription 0"),
    ([{"when": "a", "text": "b", "how": "c"}], "prescription 0 cannot be used"),
    ([{"when": "a", "text": "b", "steps": [""]}], "a step of prescription 0"),
]


@pytest.mark.parametrize(("rows", "message"), BAD)
def test_bad_lessons_are_refused_and_nothing_changes(
    memory: Memory, rows: Any, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        memory.add_prescriptions(rows)
    assert memory.stats().nodes == {}


def overheard(memory: Memory) -> tuple[int, dict[str, tuple[str, ...]]]:
    from graphmem.writing.overhear import overhear

    found = memory._store.changes(memory.space, 0, labels=("Passage",))
    passages = [n for batch in found for n in batch.nodes if isinstance(n, Passage)]
    return overhear(passages, memory._store, memory.space, memory._clock)


def test_what_a_text_instructs_becomes_a_prescription_that_leads_to_the_words(
    memory: Memory,
) -> None:
    text = "The oven is old. If the bread burns, turn the oven down. It is red."
    memory.add(text, source="manual")
    before = everything(memory)
    seq, added = overheard(memory)
    assert seq > 0
    (uid,) = added["Prescription"]
    (edge,) = [e for e in everything(memory)[1] if e.start == uid]
    assert edge.span is not None
    assert text[edge.span[0] : edge.span[1]] == "If the bread burns, turn the oven down."
    hit = memory.prescriptions("the bread burns").hits[0]
    assert (hit.uid, hit.title, hit.source) == (uid, "the bread burns", "manual")
    assert overheard(memory) == (0, {})
    memory.delete(uid)
    assert everything(memory) == before


def test_a_lesson_that_only_failed_comes_after_one_that_worked(memory: Memory) -> None:
    rows = [{"when": "baking bread", "text": text} for text in ("Use the oven.", "Use the pan.")]
    oven, pan = memory.add_prescriptions(rows).added["Prescription"]
    for uid, outcome in ((oven, False), (oven, False), (pan, True)):
        memory.feedback(memory.prescriptions("bake bread").id, [uid], outcome)
    assert [hit.uid for hit in memory.prescriptions("bake bread").hits] == [pan, oven]


def test_consolidating_hears_what_texts_instruct_once(memory: Memory) -> None:
    memory.add("If the bread burns, turn the oven down.", source="manual")
    memory.consolidate()
    (hit,) = memory.prescriptions("the bread burns").hits
    assert hit.text == "turn the oven down"
    before = everything(memory)
    memory.consolidate()
    memory.add("The oven is red.", source="other")
    memory.delete(source="other")
    memory.consolidate()
    assert everything(memory) == before
