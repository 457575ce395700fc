"""Given extractions that quote their passage, and the prescriptions among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.errors import NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EdgeKind, Receipt

TEXT = "Mara moved to Lisbon. If the tap drips, turn the valve first. Never use force."
PASSAGE = {"id": "p", "text": TEXT, "session": "note"}
HOW = {"when": "the tap drips", "text": "turn the valve first", "quote": "turn the valve"}
KIND: EdgeKind = "EVIDENCED_BY"


@pytest.fixture
def memory() -> Iterator[Memory]:
    clock = FixedClock(datetime(2024, 1, 1, tzinfo=UTC))
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=clock
    ) as one:
        yield one


def give(memory: Memory, passage: dict[str, Any] = PASSAGE, **rows: Any) -> Receipt:
    return memory.add_extracted([passage], [{"id": passage["id"], **rows}])


def words(memory: Memory, receipt: Receipt, label: str) -> list[str]:
    edges = memory._store.neighbours(memory.space, receipt.added[label], [KIND])
    return [TEXT[slice(*edge.span)] for edge in edges if edge.span]


def test_facts_and_events_rest_on_the_words_that_are_quoted(memory: Memory) -> None:
    fact = {"subject": "Mara", "predicate": "lives in", "object": "Lisbon"}
    event = {"text": "Somebody moved.", "quote": "Mara  MOVED to Lisbon"}
    receipt = give(memory, triples=[{**fact, "evidence": "moved to Lisbon"}], events=[event])
    assert words(memory, receipt, "Proposition") == ["moved to Lisbon"]
    assert words(memory, receipt, "Event") == ["Mara moved to Lisbon"]


def test_a_quote_that_is_not_there_leaves_the_whole_passage(memory: Memory) -> None:
    fact = {"subject": "Mara", "predicate": "lives in", "object": "Porto", "quote": "in Porto"}
    assert words(memory, give(memory, triples=[fact]), "Proposition") == [TEXT]


def test_prescriptions_of_a_passage_are_found_and_lead_to_its_words(memory: Memory) -> None:
    blank = {"when": " ", "text": "wait"}
    receipt = give(memory, prescriptions=[HOW, blank])
    assert receipt.notes == ("left out: prescriptions that do not say when or what (1)",)
    assert words(memory, receipt, "Prescription") == ["turn the valve"]
    (hit,) = memory.prescriptions("the tap drips").hits
    assert (hit.title, hit.text) == (HOW["when"], HOW["text"])
    assert not give(memory, prescriptions=[HOW]).seq


def test_a_prescription_of_two_passages_lives_as_long_as_one_of_them(memory: Memory) -> None:
    (uid,) = give(memory, prescriptions=[HOW]).added["Prescription"]
    other = {"id": "q", "text": f"Once more: {TEXT}", "session": "other"}
    assert "Prescription" not in give(memory, other, prescriptions=[HOW]).added
    memory.delete(source="note")
    assert memory.get(uid)
    memory.delete(source="other")
    with pytest.raises(NotFound):
        memory.get(uid)


def test_what_a_stored_passage_states_is_added_to_it(memory: Memory) -> None:
    give(memory, entities=["Mara"])
    assert len(give(memory, prescriptions=[HOW]).added["Prescription"]) == 1
