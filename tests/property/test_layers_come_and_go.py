"""What is added to a memory of all layers and taken back again leaves no trace in the graph."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Node

NOW = datetime(2026, 1, 1, tzinfo=UTC)

SENTENCES = st.builds(
    "{} {} {}.".format,
    st.sampled_from(("Ann", "Bo", "Cy Young")),
    st.sampled_from(("likes", "lives in", "moved to", "feeds", "does not likes")),
    st.sampled_from(("Rome", "Oslo", "green tea", "black tea")),
)
TEXTS = st.tuples(
    st.just("text"),
    st.lists(SENTENCES, min_size=1, max_size=3).map(" ".join),
    st.sampled_from((None, "2020-01-01", "2021-01-01", "2022-01-01")),
)
RUNS = st.tuples(
    st.just("run"),
    st.sampled_from(("put a mug on a shelf", "put a book on a desk", "wash a mug")),
    st.lists(
        st.sampled_from(("take mug 1", "go to shelf 2", "put it down", "wash mug 1", "look")),
        min_size=1, max_size=4,
    ),
    st.booleans(),
)  # fmt: skip
LESSONS = st.tuples(
    st.just("lessons"),
    st.sampled_from(("making green tea", "making black tea", "washing a mug")),
    st.sampled_from(("boil water", "use soap")),
)
ADDS = st.lists(st.one_of(TEXTS, RUNS, LESSONS), min_size=1, max_size=5)


def open_memory() -> Memory:
    return Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(NOW)
    )


def add(memory: Memory, what: tuple[Any, ...], source: str) -> None:
    if what[0] == "text":
        memory.add(what[1], source=source, at=what[2])
    elif what[0] == "run":
        memory.add_run(what[1], what[2], what[3], source=source)
    else:
        memory.add_prescriptions([{"when": what[1], "text": what[2]}], source=source)


def picture(memory: Memory) -> dict[str, str]:
    """All nodes and edges, with weights."""

    def batches() -> Iterator[Any]:
        yield from memory._store.changes(
            memory.space, 0, labels=tuple(Node.registry), kinds=EDGE_KINDS
        )

    nodes = {f"{n.label} {n.uid}": n.model_dump_json() for b in batches() for n in b.nodes}
    edges = {
        f"{e.kind} {e.start} {e.end}": f"{e.role} {sorted(e.sources.items())}"
        for b in batches()
        for e in b.edges
    }
    return nodes | edges


@given(ADDS, ADDS, st.booleans(), st.data())
def test_what_is_added_and_deleted_leaves_the_graph_as_it_was(
    first: list[Any], more: list[Any], consolidated: bool, data: st.DataObject
) -> None:
    with open_memory() as memory:
        for n, what in enumerate(first):
            add(memory, what, f"first{n}")
        if consolidated:
            memory.consolidate()
        before = picture(memory)
        names = [f"more{n}" for n in range(len(more))]
        for what, name in zip(more, names, strict=True):
            add(memory, what, name)
        for name in data.draw(st.permutations(names)):
            memory.delete(source=name)
        assert picture(memory) == before


@given(ADDS, ADDS)
def test_consolidating_again_changes_nothing_whenever_it_was_done_before(
    first: list[Any], more: list[Any]
) -> None:
    with open_memory() as memory:
        for n, what in enumerate(first):
            add(memory, what, f"first{n}")
        memory.consolidate()
        for n, what in enumerate(more):
            add(memory, what, f"more{n}")
        memory.consolidate()
        before, seq = picture(memory), memory.stats().seq
        assert not memory.consolidate().changed
        assert (picture(memory), memory.stats().seq) == (before, seq)


@given(ADDS)
def test_adding_everything_again_changes_nothing_in_any_layer(told: list[Any]) -> None:
    with open_memory() as memory:
        for n, what in enumerate(told):
            add(memory, what, f"s{n}")
        before, seq = picture(memory), memory.stats().seq
        for n, what in enumerate(told):
            add(memory, what, f"s{n}")
        assert (picture(memory), memory.stats().seq) == (before, seq)


@given(ADDS, ADDS)
def test_deleting_all_that_was_told_leaves_nothing(first: list[Any], more: list[Any]) -> None:
    with open_memory() as memory:
        for n, what in enumerate(first):
            add(memory, what, f"first{n}")
        memory.consolidate()
        for n, what in enumerate(more):
            add(memory, what, f"more{n}")
        memory.consolidate()
        for n in range(len(first)):
            memory.delete(source=f"first{n}")
        for n in range(len(more)):
            memory.delete(source=f"more{n}")
        assert picture(memory) == {}


@given(ADDS, ADDS)
def test_what_was_consolidated_meanwhile_is_taken_back_too(
    first: list[Any], more: list[Any]
) -> None:
    with open_memory() as memory:
        for n, what in enumerate(first):
            add(memory, what, f"first{n}")
        memory.consolidate()
        before = picture(memory)
        for n, what in enumerate(more):
            add(memory, what, f"more{n}")
        memory.consolidate()
        for n in range(len(more)):
            memory.delete(source=f"more{n}")
        assert picture(memory) == before
