"""Runs through the public API: verbatim steps, the same twice, alike tasks, bad input."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm import FakeLLM
from graphmem_schemas import EDGE_KINDS, Edge, Interaction, Node, Query

START = datetime(2026, 1, 1, tzinfo=UTC)


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


def nodes(memory: Memory, label: str) -> list[Any]:
    found = memory._store.changes(memory.space, 0, labels=(label,))
    return [node for batch in found for node in batch.nodes]


def edges(memory: Memory) -> list[Edge]:
    found = memory._store.changes(memory.space, 0, kinds=EDGE_KINDS)
    return sorted((e for b in found for e in b.edges), key=lambda e: (e.kind, e.start, e.end))


def everything(memory: Memory) -> tuple[dict[str, Node], list[Edge]]:
    return {n.uid: n for label in Node.registry for n in nodes(memory, label)}, edges(memory)


def steps_of(memory: Memory) -> list[Interaction]:
    return sorted(nodes(memory, "Interaction"), key=lambda one: one.position)


FETCH = [
    ("go to shelf 1", "On the shelf 1, you see a cup 2."),
    ("think: it is here", "OK."),
    ("take cup 2 from shelf 1", "You take the cup 2."),
    ("put cup 2 in sink 1", "You put the cup 2 in the sink 1."),
]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20).map(
                lambda text: f"do {text}"
            ),
            st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_step_is_kept_verbatim_from_the_first_to_the_last(
    steps: list[tuple[str, str | None]],
) -> None:
    with open_memory() as memory:
        memory.add_run("a task", steps, "success", source="r")
        kept = [(one.action, one.observation) for one in steps_of(memory)]
        assert kept == steps


def test_a_run_has_its_task_steps_passages_and_order(memory: Memory) -> None:
    receipt = memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    steps = steps_of(memory)
    assert [step.noop for step in steps] == [False, True, False, False]
    query = memory.get(receipt.added["Query"][0])
    assert isinstance(query, Query)
    assert (query.outcome, query.slots) == ("success", ("cup", "shelf", "sink"))
    assert query.skeleton == "put _ in _"
    assert query.steps == ("go to _", "take _ from _", "put _ in _")
    kinds = {(e.kind, e.start, e.end) for e in edges(memory)}
    for first, second in pairwise(steps):
        assert ("NEXT", first.uid, second.uid) in kinds
    assert all(("PART_OF", step.uid, query.uid) in kinds for step in steps)


def test_each_step_leads_to_its_own_words_and_not_to_the_first_step(memory: Memory) -> None:
    memory.add_run("put a cup in the sink", FETCH, True)
    for step in steps_of(memory):
        evidence = [e.end for e in edges(memory) if e.start == step.uid and e.end != step.query]
        passages = [memory.get(uid) for uid in evidence]
        texts = [p.text for p in passages if p.label == "Passage"]  # type: ignore[attr-defined]
        assert texts == ([] if step.noop else [f"{step.action}\n{step.observation}"])


def test_a_step_is_found_by_search_and_thoughts_are_not(memory: Memory) -> None:
    memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    hits = memory.search("take cup from shelf").hits
    assert hits[0].text.startswith("take cup 2 from shelf 1")
    assert not any("think" in hit.text for hit in hits)


def test_the_same_run_twice_changes_nothing(memory: Memory) -> None:
    first = memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    before = everything(memory)
    second = memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    assert (second.seq, second.added) == (0, {})
    assert second.sources == first.sources
    assert everything(memory) == before
    unnamed = memory.add_run("put a cup in the sink", FETCH, True)
    assert unnamed.changed
    assert not memory.add_run("put a cup in the sink", FETCH, True).changed


def test_a_run_that_has_grown_adds_its_new_steps(memory: Memory) -> None:
    memory.add_run("put a cup in the sink", FETCH[:2], "unknown", source="run-1")
    memory.add_run("put a cup in the sink", FETCH, "success", source="run-1")
    with open_memory() as whole:
        whole.add_run("put a cup in the sink", FETCH, "success", source="run-1")
        grown, at_once = everything(memory), everything(whole)
    assert grown[0].keys() == at_once[0].keys()
    assert grown[1] == at_once[1]


def test_other_steps_under_the_same_name_are_refused(memory: Memory) -> None:
    memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    before = everything(memory)
    others: list[list[Any]] = [FETCH[:2], [*FETCH[:2], ("sing", "la")], [("sing", "la"), *FETCH]]
    for steps in others:
        with pytest.raises(InvalidInput, match="with other steps"):
            memory.add_run("put a cup in the sink", steps, True, source="run-1")
    memory.add("A note.", source="note")
    with pytest.raises(InvalidInput, match="no run"):
        memory.add_run("a task", FETCH, True, source="note")
    memory.delete(source="note")
    assert everything(memory) == before


def test_another_task_under_the_same_name_is_refused(memory: Memory) -> None:
    memory.add_run("put a cup in the sink", FETCH, "unknown", source="run-1")
    before = everything(memory)
    with pytest.raises(InvalidInput, match="'run-1' of another task"):
        memory.add_run("put a cup on the table", FETCH, True, source="run-1")
    assert everything(memory) == before
    memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    assert memory.similar("put a cup in the sink").hits[0].title == "success"


@pytest.mark.parametrize("gone", [{0}, {2}, {3}, {0, 2}, {0, 1, 2, 3}])
def test_steps_that_were_deleted_come_back_with_the_run(memory: Memory, gone: set[int]) -> None:
    memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    steps, before = steps_of(memory), edges(memory)
    for number in sorted(gone):
        memory.delete(steps[number].uid)
    receipt = memory.add_run("put a cup in the sink", FETCH, True, source="run-1")
    assert set(receipt.added["Interaction"]) == {steps[number].uid for number in gone}
    when = {"recorded_at": START}
    assert [s.model_copy(update=when) for s in steps_of(memory)] == [
        s.model_copy(update=when) for s in steps
    ]

    def between_steps(found: list[Edge]) -> list[tuple[str, str, str]]:
        uids = {step.uid for step in steps}
        return [(e.kind, e.start, e.end) for e in found if e.start in uids]

    assert between_steps(edges(memory)) == between_steps(before)
    assert not memory.add_run("put a cup in the sink", FETCH, True, source="run-1").changed


def test_messages_are_sent_to_who_hears_them(memory: Memory) -> None:
    steps: list[dict[str, Any]] = [
        {"agent": "ann", "message": "do it", "to": ["bo", "cy"]},
        {"agent": "bo", "message": "done", "to": "ann"},
        {"agent": "cy", "message": "done, too"},
        {"agent": "ann", "message": "thanks"},
        {"agent": "bo", "message": "bye"},
    ]
    memory.add_run("a task", steps, "success", agents=["ann", "bo", "cy"])
    at = {step.uid: step.position for step in steps_of(memory)}
    sent = {(at[e.start], at[e.end]) for e in edges(memory) if e.kind == "SENT_TO"}
    assert sent == {(0, 1), (0, 2), (1, 3)}


def test_similar_runs_are_those_of_like_tasks_not_of_like_things(memory: Memory) -> None:
    wash = [("go to sink 1", "You see a cup 1."), ("wash cup 1", "It is clean. A pan 1 is near.")]
    memory.add_run("wash a cup", wash, True, source="w1")
    memory.add_run("wash a pan", wash, False, source="w2")
    memory.add_run("sell a cup", wash, True, source="s1")
    recall = memory.similar("wash a sink", k=2)
    assert {hit.source for hit in recall.hits} == {"w1", "w2"}
    assert {hit.title for hit in recall.hits} == {"success", "failure"}
    assert recall.abstained is None
    nothing = memory.similar("entirely unlike")
    assert (nothing.hits, nothing.abstained is None) == ((), False)


def test_similar_runs_are_linked_both_found_and_stored(memory: Memory) -> None:
    first = memory.add_run("wash a cup", FETCH, True, source="w1").added["Query"][0]
    second = memory.add_run("wash a shelf", FETCH, True, source="w2").added["Query"][0]
    (link,) = [e for e in edges(memory) if e.kind == "SIMILAR"]
    assert {link.start, link.end} == {first, second}


@pytest.mark.parametrize("home", ["sqlite", "memory"])
def test_answers_are_those_of_a_memory_opened_afterwards(home: str, tmp_path: Path) -> None:
    store: Any = tmp_path / "a.db" if home == "sqlite" else MemoryStore(shared=True)
    with open_memory(store) as memory:
        for number in range(4):
            memory.add_run(f"wash a cup {number}", FETCH, number > 1, source=f"w{number}")
        shown = [h.model_dump() for h in memory.similar("wash a cup").hits]
        with open_memory(store) as other:
            assert [h.model_dump() for h in other.similar("wash a cup").hits] == shown


def test_deleting_a_run_leaves_the_graph_as_it_was(memory: Memory) -> None:
    memory.add_run("wash a cup", FETCH, True, source="w1")
    before = everything(memory)
    memory.add_run("wash a shelf", FETCH, False, source="w2")
    memory.delete(source="w2")
    assert everything(memory) == before
    assert [hit.source for hit in memory.similar("wash a cup").hits] == ["w1"]


def test_runs_of_another_space_are_not_seen() -> None:
    store = MemoryStore(shared=True)
    with open_memory(store, "a") as one, open_memory(store, "b") as other:
        one.add_run("wash a cup", FETCH, True, source="w1")
        assert other.similar("wash a cup").hits == ()
        assert other.stats().nodes == {}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"task": " "}, "task is empty"),
    ({"steps": []}, "no steps"),
    ({"steps": "go"}, "steps must be a list"),
    ({"steps": [{"observation": "x"}]}, "step 0 cannot be used"),
    ({"steps": [("go", "x"), ("", "x")]}, "step 1 has no action"),
    ({"steps": [("go", "x"), 3]}, "step 1 is a int"),
    ({"steps": [{"action": "go", "moon": 1}]}, "moon"),
    ({"steps": [{"action": "go", "agent": "eve"}], "agents": ["ann"]}, "not among"),
    ({"steps": [{"action": "go", "at": "2023-02-30"}]}, "step 0 cannot be used"),
    ({"outcome": "won"}, "none of 'success'"),
    ({"outcome": 1.5}, "out of range"),
    ({"outcome": -0.1}, "out of range"),
    ({"outcome": float("nan")}, "out of range"),
    ({"outcome": None}, "out of range"),
    ({"score": 2}, "out of range"),
    ({"agents": "ann"}, "agents must be a list"),
    ({"source": ""}, "source is empty"),
    ({"at": "yesterday"}, "not a date"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_runs_are_refused_and_nothing_changes(
    memory: Memory, change: dict[str, Any], message: str
) -> None:
    given_run: dict[str, Any] = {"task": "wash a cup", "steps": FETCH, "outcome": True, **change}
    with pytest.raises(InvalidInput, match=message):
        memory.add_run(**given_run)
    assert memory.stats().nodes == {}


@pytest.mark.parametrize("k", [0, -1, 1_001, True, 2.5, "3"])
def test_a_number_of_hits_that_cannot_be_is_refused(memory: Memory, k: Any) -> None:
    with pytest.raises(InvalidInput, match="k is"):
        memory.similar("wash a cup", k=k)


def test_a_run_asks_no_model_for_a_word_and_consolidating_once_for_a_sort() -> None:
    llm = FakeLLM(lambda _: {})
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(START), llm=llm,
    ) as memory:  # fmt: skip
        for number in range(3):
            memory.add_run("wash a cup", FETCH, number > 0, source=f"r{number}")
        memory.insights("wash a cup")
        assert llm.calls == []
        assert memory.stats().nodes["Insight"] >= 1
        memory.consolidate()
    assert len(llm.calls) == 1


def test_numbers_of_a_step_are_kept_though_patterns_have_none(memory: Memory) -> None:
    memory.add_run("pay a bill", [("pay 1,250.75 EUR to account 77", "ok 42")], True)
    (step,) = steps_of(memory)
    assert (step.action, step.observation) == ("pay 1,250.75 EUR to account 77", "ok 42")
    assert memory.search("pay 1,250.75 EUR").hits[0].text.startswith("pay 1,250.75 EUR")
