"""Answers by an LLM, through the public interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from graphmem.errors import CompletionFailed, InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm import FakeLLM
from graphmem_schemas import Answer

QUESTION = "Where does Miguel Santos live?"


@pytest.fixture
def memory() -> Iterator[Memory]:
    clock = FixedClock(datetime(2024, 5, 1))
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=clock
    ) as memory:
        memory.add("Miguel Santos lives in Sintra.", source="home")
        memory.add("Miguel Santos works at Blue Studio.", source="studio")
        yield memory


def answered(memory: Memory, text: str, *passages: int, found: bool = True) -> Answer:
    llm = FakeLLM([{"passages": passages, "found": found, "answer": text}])
    return memory.answer(QUESTION, llm=llm)


def test_an_answer_cites_what_it_was_read_from(memory: Memory) -> None:
    llm = FakeLLM([{"passages": [1], "found": True, "answer": "In Sintra [1]."}])
    answer = memory.answer(QUESTION, llm=llm)
    assert (answer.text, answer.abstained, answer.n_calls) == ("In Sintra [1].", None, 1)
    assert [one.number for one in answer.citations] == [1]
    assert answer.citations[0] in answer.context.citations
    system, user = llm.calls[0]
    assert system.content.startswith("[answer-v1]\n")
    assert answer.context.text in user.content
    assert user.content.endswith(f"Asked on 2024-05-01: {QUESTION}")


def test_citations_of_nothing_are_taken_out_and_counted(memory: Memory) -> None:
    answer = answered(memory, "In Sintra [1, 7], says Ann [9]; since 1990 [sic].", 1, 44)
    assert answer.text == "In Sintra [1], says Ann; since 1990 [sic]."
    assert answer.n_unknown == 3
    assert [one.number for one in answer.citations] == [1]


def test_what_was_read_is_cited_where_the_brackets_were_forgotten(memory: Memory) -> None:
    answer = answered(memory, "In Sintra.", 2, 1, 2)
    assert answer.text == "In Sintra. [2][1]"
    assert [one.number for one in answer.citations] == [2, 1]


def test_an_answer_that_rests_on_nothing_is_none(memory: Memory) -> None:
    answer = answered(memory, "In Paris [8].", 8)
    assert (answer.text, answer.citations) == ("", ())
    assert answer.abstained == "the LLM gave an answer that rests on no passage of the context"
    assert answer.n_unknown == 2


def test_it_abstains_where_the_llm_says_so(memory: Memory) -> None:
    answer = answered(memory, "The passages do not say in which street [1].", 1, found=False)
    assert (answer.text, answer.citations) == ("", ())
    assert answer.abstained == "The passages do not say in which street."
    assert answered(memory, "", found=False).abstained == "the context does not hold the answer"


def test_nobody_is_asked_where_the_memory_has_no_answer(memory: Memory) -> None:
    llm = FakeLLM()
    answer = memory.answer("Which planets did Zebulon Quark visit by rocket?", llm=llm)
    assert answer.abstained == answer.context.abstained
    assert answer.abstained
    assert (answer.text, answer.n_calls, llm.calls) == ("", 0, [])


def test_it_needs_an_llm_and_passes_on_why_there_is_no_answer(memory: Memory) -> None:
    with pytest.raises(InvalidInput, match="an answer needs an LLM"):
        memory.answer(QUESTION)
    with pytest.raises(InvalidInput, match="question"):
        memory.answer(" ", llm=FakeLLM())
    with pytest.raises(InvalidInput, match="budget"):
        memory.answer(QUESTION, budget=0, llm=FakeLLM())
    with pytest.raises(CompletionFailed):
        memory.answer(QUESTION, llm=FakeLLM(["no JSON", "none"]))


def test_the_memorys_own_llm_answers() -> None:
    llm = FakeLLM([{"passages": [1], "found": True, "answer": "In Sintra [1]."}])
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), llm=llm
    ) as memory:
        memory.add("Miguel Santos lives in Sintra.", source="home")
        assert memory.answer(QUESTION).text == "In Sintra [1]."
