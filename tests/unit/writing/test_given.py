"""Extractions that the caller has, in the field names of those who made them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Event, Receipt

NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(NOW)
    ) as one:
        yield one


def give(memory: Memory, row: dict[str, Any], key: str = "p", day: int | None = 1) -> Receipt:
    at = None if day is None else datetime(2023, 5, day, tzinfo=UTC)
    return memory.add_extracted([{"id": key, "text": f"Passage {key}.", "at": at}], [row])


@pytest.mark.parametrize(
    "triple",
    [
        {"subject": "Ann", "predicate": "live in", "object": "Rome"},
        {"head": "Ann", "relation": "live in", "tail": "Rome"},
        {"source": "Ann", "relationship": "live in", "target": "Rome"},
        {"source_node": "Ann", "relation_type": "live in", "target_node": "Rome"},
        {"subj": "Ann", "rel": "live in", "obj": "Rome"},
        {"from": "Ann", "relationType": "live in", "to": "Rome"},
        ("Ann", "live in", "Rome"),
    ],
)
@pytest.mark.parametrize("field", ["triples", "triplets", "relations", "edges", "facts"])
def test_facts_come_in_the_words_of_peers(memory: Memory, triple: Any, field: str) -> None:
    assert give(memory, {"id": "p", field: [triple]}).rejected == ()
    (fact,) = memory.current("Ann", "lives in")
    assert fact.text == "Ann live in Rome"


def test_what_says_nothing_is_left_out_and_counted(memory: Memory) -> None:
    triples = [("", "is", "x"), ("Ann", " ", "Bo"), ("Ann", "likes", ""), ("he", "likes", "Bo")]
    said = ["", "Ann sang.", " "]
    row = {"id": "p", "triples": [*triples, ("Ann", "likes", "Bo")], "statements": said,
           "entities": ["Ann", " "], "events": [{"text": "\n"}]}  # fmt: skip
    receipt = give(memory, row)
    assert receipt.rejected == ()
    assert receipt.notes == (
        "left out: triples without subject, relation or object (4)",
        "left out: blank entities (1)", "left out: blank statements (2)",
        "left out: blank events (1)",
    )  # fmt: skip
    assert [fact.text for fact in memory.current("Ann")] == ["Ann likes Bo"]
    assert len(receipt.added["Event"]) == 1
    assert give(memory, {"id": "q"}, "q").notes == ("left out: extractions without anything (1)",)
    assert give(memory, {"id": "r", "statements": ["Bo ran."]}, "r").notes == ()


def test_entities_and_statements_come_in_the_words_of_peers(memory: Memory) -> None:
    rows = [{"name": "Ann", "entityType": "person"}, {"entity_name": "Rome", "type": "GPE"}, "Bo"]
    said = ["Ann sang.", {"observation": "Ann danced."}, {"fact": "Bo left."}]
    receipt = give(memory, {"chunk_id": "p", "nodes": rows, "observations": said})
    assert receipt.rejected == ()
    kinds = {memory.get(uid).kind for uid in receipt.added["Entity"]}  # type: ignore[attr-defined]
    assert kinds == {"person", "place", "unknown"}
    assert len(receipt.added["Event"]) == 3


def test_events_keep_their_roles_and_times(memory: Memory) -> None:
    events = [
        {"event": "Ann gave Bo a book in Rome.", "date": "2023-05-07",
         "participants": {"agent": "Ann", "recipient": ["Bo"], "place": "Rome", "time": "Sunday"}},
        {"text": "Bo read it.", "at": "2023-05-08T10:30:00Z",
         "arguments": [{"role": "agent", "name": "Bo"}]},
        {"text": "They met.", "start": "2023-05-01", "end": "2023-06-01"},
        "Nobody knows when.",
    ]  # fmt: skip
    receipt = give(memory, {"id": "p", "events": events})
    assert receipt.rejected == ()
    stored = [memory.get(uid) for uid in receipt.added["Event"]]
    gave, read, met, open_ = (one for one in stored if isinstance(one, Event))
    assert (gave.granularity, read.granularity, met.granularity) == ("day", "minute", "span")
    assert gave.happened_to == datetime(2023, 5, 8, tzinfo=UTC)
    assert open_.happened_from is None
    assert gave.place is not None
    assert memory.get(gave.place).name == "Rome"  # type: ignore[attr-defined]
    edges = memory._store.neighbours(memory.space, [gave.uid], ["ARGUMENT"])
    roles = {memory.get(edge.end).name: edge.role for edge in edges}  # type: ignore[attr-defined]
    assert roles == {"Ann": "agent", "Bo": "recipient", "Rome": "place"}


def test_what_is_denied_or_over_ends(memory: Memory) -> None:
    tea = {"subject": "Ann", "predicate": "drink", "object": "tea"}
    home = {"subject": "Ann", "predicate": "live in", "object": "Rome"}
    give(memory, {"id": "p", "triples": [tea, home]})
    assert len(memory.current("Ann")) == 2
    give(memory, {"id": "q", "triples": [{**tea, "over": True}, {**home, "over": True}]}, "q", 3)
    assert memory.current("Ann") == []
    assert {c.what for c in memory.history(entity="Ann")} == {"superseded", "retired"}
    assert len(memory.current("Ann", as_of="2023-05-02")) == 2
    give(memory, {"id": "r", "triples": [{**tea, "negated": True}]}, "r", 4)
    (denial,) = memory.current("Ann")
    assert (denial.negated, denial.text) == (True, "Ann not drink tea")
    give(memory, {"id": "s", "triples": [{**home, "over": True}]}, "s", None)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"events": [{"text": "x", "participants": {"hero": "Ann"}}]}, "hero"),
        ({"events": [{"text": "x", "start": "2023-05-02", "end": "2023-05-01"}]}, "before"),
        ({"events": [{"text": "x", "date": "2023-02-30"}]}, "2023-02-30"),
        ({"events": [{"text": "x", "participants": {"agent": "a\x00b"}}]}, "NUL"),
        ({"triples": [{"subject": "a", "predicate": "b"}]}, "object"),
        ({"triples": [{"subject": "a", "head": "a", "predicate": "b", "object": "c"}]}, "head"),
        ({"triples": [{"subject": "a", "predicate": "b", "object": "c", "valid_from": "2023-05-02",
                       "valid_to": "2023-05-01"}]}, "before"),
        ({"triples": [{"subject": "a", "predicate": "b", "object": "c", "weight": 3}]}, "weight"),
        ({"statements": [{"said": "x"}]}, "statements"),
        ({"id": "nowhere"}, "no passage"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_its_place_and_the_rest_goes_in(
    memory: Memory, bad: dict[str, Any], reason: str
) -> None:
    rows = [{"id": "p", **bad}, {"id": "p", "triples": [("Ann", "live in", "Rome")]}]
    receipt = memory.add_extracted([{"id": "p", "text": "Passage."}], rows)
    ((index, why),) = ((row.index, row.reason) for row in receipt.rejected)
    assert index == 0
    assert reason in why
    assert len(memory.current("Ann")) == 1


@pytest.mark.parametrize("date", ["9999-12-31", "9999-12-31T23:59:59Z"])
def test_what_happened_at_the_end_of_time_ends_with_it(memory: Memory, date: str) -> None:
    receipt = give(memory, {"id": "p", "events": [{"text": "All is over.", "date": date}]})
    (uid,) = receipt.added["Event"]
    event = memory.get(uid)
    assert isinstance(event, Event)
    assert event.happened_to == datetime.max.replace(tzinfo=UTC)


def test_what_happened_at_the_beginning_of_time_is_found_by_its_month(memory: Memory) -> None:
    first = "0001-01-01T00:00:00Z"
    event = {"text": "All began.", "start": first, "end": first}
    assert give(memory, {"id": "p", "events": [event]}).rejected == ()
    assert [hit.text for hit in memory.recall(time="0001-01").hits] == ["All began."]
