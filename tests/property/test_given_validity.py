"""Facts whose times someone else found out: order, repetition and deletion do not show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Node

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = st.none() | st.integers(0, 9)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    said: dict[str, Any] = {
        "subject": draw(st.sampled_from(("Ann", "Bo"))),
        "predicate": draw(st.sampled_from(("live in", "like"))),
        "object": draw(st.sampled_from(("Rome", "Oslo", "Turin"))),
    }
    start, end = draw(DAYS), draw(DAYS)
    if start is not None and end is not None:
        start, end = sorted((start, end))
    times = {"valid_from": start, "valid_to": end}
    said |= {k: FIRST + timedelta(days=day) for k, day in times.items() if day is not None}
    return said


PASSAGES = st.lists(st.lists(facts(), min_size=1, max_size=2), min_size=1, max_size=6)


def memory() -> Memory:
    return Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(FIRST)
    )


def say(memory: Memory, number: int, said: list[dict[str, Any]]) -> None:
    key = f"p{number}"
    told = {(one["subject"], one["predicate"], one["object"]): one for one in said}
    memory.add_extracted(
        [{"id": key, "text": f"Passage {number}.", "at": FIRST + timedelta(days=number)}],
        [{"id": key, "triples": list(told.values())}],
    )


def picture(memory: Memory) -> tuple[list[str], list[str]]:
    store, space = memory._store, memory.space
    nodes = [n for b in store.changes(space, 0, labels=tuple(Node.registry)) for n in b.nodes]
    edges = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    return sorted(n.model_dump_json() for n in nodes), sorted(e.model_dump_json() for e in edges)


@given(PASSAGES, st.data())
def test_any_order_of_adds_and_deletes_is_what_remains(
    passages: list[list[dict[str, Any]]], data: st.DataObject
) -> None:
    numbers = list(range(len(passages)))
    order = data.draw(st.permutations(numbers))
    gone = data.draw(st.sets(st.sampled_from(numbers)))
    with memory() as shuffled, memory() as plain:
        for number in order:
            say(shuffled, number, passages[number])
        seq = shuffled.stats().seq
        for number in numbers:
            say(shuffled, number, passages[number])
        assert shuffled.stats().seq == seq, "the same again changed something"
        for number in sorted(gone):
            shuffled.delete(source=f"p{number}")
        for number in numbers:
            if number not in gone:
                say(plain, number, passages[number])
        assert picture(shuffled) == picture(plain)
