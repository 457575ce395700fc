"""Deleting among runs and what they teach: lessons go with their runs, words with their step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Edge, Insight, Interaction, Node, Prescription, Query

START = datetime(2026, 1, 1, tzinfo=UTC)
TASK = "wash a cup"
GOOD = [
    ("go to sink 1", "At the sink 1, you see a cup 1."),
    ("take cup 1", "You hold it."),
    ("wash cup 1", "The cup 1 is clean."),
]
BAD = [("break cup 2", "On the shelf 2, the cup 2 is gone.")]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(START, step=timedelta(seconds=1)),
    ) as opened:  # fmt: skip
        yield opened


def everything(memory: Memory) -> tuple[dict[str, Node], list[Edge]]:
    store, space = memory._store, memory.space
    labels = tuple(Node.registry)
    nodes = {n.uid: n for b in store.changes(space, 0, labels=labels) for n in b.nodes}
    edges = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    return nodes, sorted(edges, key=lambda e: (e.kind, e.start, e.end))


def lessons(memory: Memory) -> list[str]:
    return [n.text for n in everything(memory)[0].values() if isinstance(n, Insight)]


def wash(memory: Memory, n_good: int, n_bad: int) -> None:
    for number in range(n_good):
        memory.add_run(TASK, GOOD, "success", source=f"good-{number}")
    for number in range(n_bad):
        memory.add_run(TASK, BAD, "failure", source=f"bad-{number}")


def test_what_runs_teach_is_not_deleted_but_with_the_runs(memory: Memory) -> None:
    wash(memory, 3, 1)
    recall = memory.insights(TASK)
    useful = recall.hits[0].uid
    memory.feedback(recall.id, [useful], True)
    for number in range(2):
        memory.add_run("wash a cup in water", GOOD, "success", source=f"d{number}")
    memory.consolidate()
    before = everything(memory)
    taught = [n for n in before[0].values() if isinstance(n, Insight | Prescription)]
    assert {n.label for n in taught} == {"Insight", "Prescription"}
    for node in taught:
        with pytest.raises(InvalidInput, match="is what its runs teach: delete the runs"):
            memory.delete(node.uid)
    assert everything(memory) == before
    given = memory.add_prescriptions([{"when": TASK, "text": "Use soap."}]).added
    memory.delete(given["Prescription"][0])
    for source in ("good-0", "good-1", "good-2", "bad-0"):
        memory.delete(source=source)
    # What somebody found useful stays without runs, and is theirs to delete.
    memory.delete(useful)
    assert memory.stats().nodes["Insight"] > 0


@pytest.mark.parametrize("what", ["step", "passage", "both sorts"])
def test_no_word_of_a_deleted_step_is_left_in_any_node(memory: Memory, what: str) -> None:
    odd = ("polish teapot 3 with vinegar", "The teapot 3 and the saucer 4 shine.")
    steps = [GOOD[0], odd, *GOOD[1:]]
    for number in range(2):
        memory.add_run(TASK, steps, "success", source=f"odd-{number}")
    if what == "both sorts":
        memory.add_run("wash a cup in water", steps, "success", source="far-0")
        memory.add_run("wash a cup in water", steps, "success", source="far-1")
        memory.consolidate()
    nodes, edges = everything(memory)
    assert any("vinegar" in text for text in lessons(memory))
    steps_of = [n.uid for n in nodes.values() if isinstance(n, Interaction) and n.action == odd[0]]
    shown = [e.end for e in edges if e.kind == "EVIDENCED_BY" and e.start in steps_of]
    for uid in shown if what == "passage" else steps_of:
        memory.delete(uid)
    left, _ = everything(memory)
    words = ("vinegar", "teapot", "saucer", "polish")
    assert [n for n in left.values() if any(w in n.model_dump_json() for w in words)] == []
    runs = [n for n in left.values() if isinstance(n, Query)]
    assert {run.steps for run in runs} == {("go to _", "take _", "wash _")}
    assert any("do go to _ → take _ → wash _" in text for text in lessons(memory))
    memory.consolidate()
    assert not any("vinegar" in n.model_dump_json() for n in everything(memory)[0].values())
