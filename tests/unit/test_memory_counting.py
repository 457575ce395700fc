"""A counter of the caller's own decides what a budget holds."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from graphmem.core.token_counts import estimate_tokens
from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock

QUESTION = "Where does Ann work?"
TEXTS = ("Ann works at Blue Studio. Ann likes Rex.", "Ann likes Bones.", "Rex likes Ann.")


def memory_with(count: Any) -> Memory:
    memory = Memory(
        MemoryStore(),
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
        count_tokens=count,
    )
    for at, text in enumerate(TEXTS):
        memory.add(text, source=f"note-{at}")
    return memory


def words(text: str) -> int:
    return len(text.split())


def nothing(text: str) -> int:
    return 0


def of_a_library(text: str) -> Any:
    return np.int64(len(text))


@pytest.mark.parametrize("count", [words, len, nothing, of_a_library])
@pytest.mark.parametrize("budget", [9, 20, 60, 1_000])
def test_a_budget_is_held_by_the_callers_counter(count: Callable[[str], int], budget: int) -> None:
    with memory_with(count) as memory, memory.workspace(QUESTION, rounds=1) as work:
        for context in (memory.context(QUESTION, budget=budget), work.read(budget)):
            assert context.n_tokens == (count(context.text) if context.text else 0) <= budget
            assert type(context.n_tokens) is int


def test_another_counter_packs_another_context() -> None:
    with memory_with(words) as memory:
        assert memory.context(QUESTION, budget=12).text
    with memory_with(len) as memory:
        assert "raise the budget" in (memory.context(QUESTION, budget=12).abstained or "")


def test_without_a_counter_tokens_are_estimated() -> None:
    with memory_with(None) as memory:
        context = memory.context(QUESTION)
        assert context.text
        assert context.n_tokens == estimate_tokens(context.text)


@pytest.mark.parametrize("said", [-1, 2.5, None, "7"])
def test_a_counter_that_counts_no_tokens_is_named(said: object) -> None:
    with (
        memory_with(lambda _: said) as memory,
        pytest.raises(InvalidInput, match=r"count_tokens must return a whole number"),
    ):
        memory.context(QUESTION)


def test_a_counter_that_fails_is_named_with_its_error() -> None:
    def fails(text: str) -> int:
        raise KeyError("no such model")

    with (
        memory_with(fails) as memory,
        pytest.raises(InvalidInput, match=r"count_tokens failed .*no such model") as caught,
    ):
        memory.context(QUESTION)
    assert isinstance(caught.value.__cause__, KeyError)


def test_what_cannot_be_called_is_refused_at_once() -> None:
    with pytest.raises(InvalidInput, match="count_tokens must be a function"):
        Memory(MemoryStore(), count_tokens="gpt-4")  # type: ignore[arg-type]
