"""Lessons of runs with an LLM, through the public interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.errors import CompletionFailed
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm import FakeLLM
from graphmem_schemas import Passage, Prescription

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TASK = "reset the router"
GOOD = {
    "quote": "hold the button for ten seconds", "when": "a router is to be reset",
    "text": "Hold its button for ten seconds; pressing it once does nothing.", "when_not": "",
    "steps": ["find the button", "hold it for ten seconds"],
}  # fmt: skip
INVENTED = {**GOOD, "text": "Call the maker.", "quote": "call the support line"}


def open_memory(*answers: Any) -> Memory:
    return Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(NOW),
        llm=FakeLLM(answers),
    )  # fmt: skip


def add_runs(memory: Memory) -> None:
    memory.add_run(
        TASK, [("find the button", "it is red"), ("hold the button for ten seconds", "it blinks")],
        "success", source="good",
    )  # fmt: skip
    memory.add_run(TASK, [("press the button once", "nothing happens")], "failure", source="bad")


def calls(memory: Memory) -> list[Any]:
    llm = memory._models.llm
    assert isinstance(llm, FakeLLM)
    return llm.calls


def told(memory: Memory) -> Iterator[Prescription]:
    for batch in memory._store.changes(memory.space, 0, labels=("Prescription",)):
        for node in batch.nodes:
            if isinstance(node, Prescription) and node.text == GOOD["text"]:
                yield node


def test_a_lesson_rests_on_the_words_of_a_step() -> None:
    with open_memory({"prescriptions": [GOOD, INVENTED, {**GOOD, "when": " "}]}) as memory:
        add_runs(memory)
        receipt = memory.consolidate()
        (lesson,) = told(memory)
        assert lesson.uid in receipt.added["Prescription"]
        assert lesson.steps == ("find the button", "hold it for ten seconds")
        (edge,) = memory._store.neighbours(memory.space, [lesson.uid], ["EVIDENCED_BY"])
        passage = memory.get(edge.end)
        assert isinstance(passage, Passage)
        assert edge.span is not None
        assert passage.text[slice(*edge.span)] == GOOD["quote"]
        assert receipt.notes == (
            "lessons of runs left out: it does not say when or what (1), "
            "no step has its quote (1)",
        )
        ((system, user),) = calls(memory)
        assert system.content.startswith("[distil-v1]\n")
        assert user.content.splitlines()[:3] == [
            f"Run 1, success. Task: {TASK}", "- find the button it is red",
            "- hold the button for ten seconds it blinks",
        ]  # fmt: skip
        assert f"Run 2, failure. Task: {TASK}" in user.content
        assert GOOD["text"] in [hit.text for hit in memory.prescriptions("reset a router").hits]


def test_it_goes_with_the_run_that_it_rests_on() -> None:
    with open_memory({"prescriptions": [GOOD]}) as memory:
        add_runs(memory)
        memory.consolidate()
        memory.delete(source="bad")
        assert list(told(memory))
        memory.delete(source="good")
        assert not list(told(memory))


def test_what_is_known_is_told_and_nothing_new_asks_nobody() -> None:
    with open_memory({"prescriptions": [GOOD]}, {"prescriptions": [GOOD]}) as memory:
        add_runs(memory)
        memory.consolidate()
        memory.consolidate()
        assert len(calls(memory)) == 1
        memory.add_run(TASK, [("hold the button for a minute", "it is off")], "failure")
        receipt = memory.consolidate()
        assert f"- {GOOD['when']}: {GOOD['text']}" in calls(memory)[1][1].content
        assert GOOD["text"] not in [
            memory.get(uid).model_dump()["text"] for uid in receipt.added.get("Prescription", ())
        ]
        assert len(list(told(memory))) == 1


@pytest.mark.parametrize("answer", [CompletionFailed("the server is down"), {"prescriptions": []}])
def test_without_an_answer_there_is_what_rules_draw(answer: Any) -> None:
    with open_memory(answer) as memory:
        add_runs(memory)
        receipt = memory.consolidate()
        assert not list(told(memory))
        assert bool(receipt.notes) == isinstance(answer, CompletionFailed)
