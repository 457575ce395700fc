"""What runs teach does not depend on the order in which they came, nor on runs taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.writing.settle import settle_runs
from graphmem_schemas import EDGE_KINDS, Edge, Node

START = datetime(2026, 1, 1, tzinfo=UTC)
THINGS = st.sampled_from(["cup", "pan", "sink"])
TASKS = st.builds(
    lambda verb, thing: f"{verb} a {thing}", st.sampled_from(["wash", "dry"]), THINGS
)
STEPS = st.lists(
    st.tuples(
        st.builds(lambda v, t: f"{v} {t} 1", st.sampled_from(["take", "wash", "drop"]), THINGS),
        st.sampled_from(["You see a cup 1.", "There is a pan 2.", "Nothing happens.", "done"]),
    ),
    min_size=1,
    max_size=5,
)
RUNS = st.lists(st.tuples(TASKS, STEPS, st.booleans()), min_size=1, max_size=6)


def opened() -> Memory:
    return Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(START)
    )


def state(memory: Memory) -> tuple[dict[str, Node], list[Edge]]:
    store, space = memory._store, memory.space
    labels = tuple(Node.registry)
    nodes = {n.uid: n for b in store.changes(space, 0, labels=labels) for n in b.nodes}
    edges = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    # Who came later is linked to who was there: that is an order.
    edges = [edge for edge in edges if edge.kind != "SIMILAR"]
    return nodes, sorted(edges, key=lambda e: (e.kind, e.start, e.end))


def add(memory: Memory, runs: list[tuple[int, Any]]) -> None:
    for number, (task, steps, succeeded) in runs:
        memory.add_run(task, steps, succeeded, source=f"run-{number}")


@given(RUNS, st.randoms(use_true_random=False))
def test_settled_runs_are_the_same_in_any_order(runs: list[Any], random: Any) -> None:
    numbered = list(enumerate(runs))
    with opened() as one, opened() as other:
        add(one, numbered)
        random.shuffle(numbered)
        add(other, numbered)
        settle_runs(one._store, one.space)
        settle_runs(other._store, other.space)
        assert state(one) == state(other)
        assert settle_runs(one._store, one.space).seq == 0


@given(RUNS, RUNS)
def test_runs_that_are_taken_back_leave_what_the_others_teach(
    kept: list[Any], gone: list[Any]
) -> None:
    with opened() as memory:
        add(memory, list(enumerate(kept)))
        before = state(memory)
        add(memory, list(enumerate(gone, len(kept))))
        for number in range(len(kept), len(kept) + len(gone)):
            memory.delete(source=f"run-{number}")
        assert state(memory) == before


@settings(max_examples=30)
@given(RUNS)
def test_adding_all_again_changes_nothing(runs: list[Any]) -> None:
    numbered = list(enumerate(runs))
    with opened() as memory:
        add(memory, numbered)
        before, seq = state(memory), memory.stats().seq
        add(memory, numbered)
        assert memory.stats().seq == seq
        assert state(memory) == before


@settings(max_examples=30)
@given(RUNS)
def test_every_count_is_that_of_its_edges(runs: list[Any]) -> None:
    with opened() as memory:
        add(memory, list(enumerate(runs)))
        nodes, edges = state(memory)
        for node in nodes.values():
            mine = [edge for edge in edges if edge.start == node.uid]
            if node.label == "Insight":
                n_for = sum(edge.kind == "SUPPORTED_BY" for edge in mine)
                n_against = sum(edge.kind == "CONTRADICTED_BY" for edge in mine)
                assert (node.alpha, node.beta) == (1.0 + n_for, 1.0 + n_against)  # type: ignore[attr-defined]
            if node.label == "Prescription":
                ends = [nodes[edge.end] for edge in mine if edge.kind == "FROM"]
                won = sum(query.outcome == "success" for query in ends)  # type: ignore[attr-defined]
                assert (node.uses, node.successes) == (len(ends), won)  # type: ignore[attr-defined]
