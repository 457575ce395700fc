"""The middle stage: answers in order, what has none is counted, what concerns all ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

import pytest

from graphmem.core.chat import ChatMessage
from graphmem.errors import BudgetSpent, CompletionFailed, EndpointDown, InvalidInput
from graphmem.models.llm.client import AnyLLM, LLMClient
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.sending import Surroundings
from graphmem.models.loading import LazyModels
from graphmem.testing.fakes import FakeEmbedder
from graphmem.testing.llm import FakeLLM
from graphmem.writing.accept import accept
from graphmem.writing.prepare import prepare
from graphmem_pipelines.engines.base import Outcome
from graphmem_pipelines.jobs.apply import Extracted
from graphmem_pipelines.jobs.extraction import LLMExtraction

MODELS = LazyModels(FakeEmbedder())
EMPTY: dict[str, Any] = {"entities": [], "facts": [], "events": [], "prescriptions": []}
Reply = Callable[[str], "dict[str, Any] | Exception"]


def fact(subject: str, where: str) -> dict[str, Any]:
    said = {"quote": f"{subject} lives in {where}", "subject": subject, "object": where}
    rest = {"negated": False, "over": False, "valid_from": "", "valid_to": ""}
    return {**EMPTY, "facts": [{**said, "predicate": "lives in", **rest}]}


def outcome(n: int, text: str | None = None) -> Outcome:
    said = text or f"Ann{n} lives in Rome."
    (source,) = accept(said, source=f"k{n}", at=None, title=None)
    return Outcome(n, (prepare(source, MODELS, "embed"),))


def extraction_of(
    reply: Reply, numbers: Iterable[int], concurrency: int = 2
) -> Generator[Extracted]:
    return over(reply, [outcome(n) for n in numbers], concurrency)


def extracted(reply: Reply, outcomes: Sequence[Outcome]) -> list[Extracted]:
    return list(over(reply, outcomes))


def over(reply: Reply, outcomes: Sequence[Outcome], concurrency: int = 2) -> Generator[Extracted]:
    def said(messages: Sequence[ChatMessage]) -> dict[str, Any]:
        found = reply("\n".join(message.content for message in messages))
        if isinstance(found, Exception):
            raise found
        return found

    limits = Limits(concurrency=concurrency, tries=1)
    client = LLMClient(
        AnyLLM(FakeLLM(said)), limits=limits, surroundings=Surroundings(sleep=lambda _: None)
    )
    try:
        yield from LLMExtraction(client, concurrency).over(outcomes)
    finally:
        client.close()


def number_of(asked: str) -> int:
    return int(asked.rpartition(" lives")[0].rpartition("Ann")[2])


def test_what_is_found_is_with_its_passage_in_order() -> None:
    first = threading.Event()

    def reply(asked: str) -> dict[str, Any]:
        n = number_of(asked)
        # The first answer is the last to come.
        assert first.wait(10) if n == 1 else True
        if n == 6:
            first.set()
        return fact(f"Ann{n}", "Rome")

    broken = Outcome(3, error="it is broken")
    run = Outcome(4, run={"task": "x"})
    outcomes = [outcome(1), outcome(2), broken, run, outcome(5), outcome(6)]
    found = extracted(reply, outcomes)
    assert [one.outcome.n for one in found] == [1, 2, 3, 4, 5, 6]
    assert found[2].outcome.error == "it is broken"
    assert found[3].outcome.run == {"task": "x"}
    for one in (found[0], found[4]):
        (source,) = one.outcome.sources
        (passage,) = source.passages
        assert len(passage.extraction.propositions) == 1
        assert passage.vector is not None
        assert (one.whole, one.dropped, one.spent.n_calls) == (True, {}, 1)
    assert found[2].spent.n_calls == 0


def test_what_gets_no_answer_is_stored_and_counted() -> None:
    def reply(asked: str) -> dict[str, Any] | Exception:
        n = number_of(asked)
        return CompletionFailed("no answer (status 500)") if n == 2 else fact(f"Ann{n}", "Rome")

    found = extracted(reply, [outcome(n) for n in (1, 2, 3)])
    assert [one.whole for one in found] == [True, False, True]
    assert found[1].dropped == {"passages without an answer: no answer": 1}
    (source,) = found[1].outcome.sources
    assert len(source.passages) == 1
    assert not source.passages[0].extraction.propositions


def test_rows_that_do_not_stand_in_the_text_are_counted() -> None:
    found = extracted(lambda _: fact("Nobody", "Atlantis"), [outcome(1)])
    assert sum(found[0].dropped.values()) >= 1
    assert found[0].whole


@pytest.mark.parametrize(
    "error",
    [
        BudgetSpent("all is spent"),
        EndpointDown("it fails and fails"),
        CompletionFailed("the quota is used up"),
        InvalidInput("the key was withdrawn"),
    ],
)
def test_what_concerns_all_ends_the_job_and_nothing_is_taken_for_read(error: Exception) -> None:
    def reply(asked: str) -> dict[str, Any] | Exception:
        n = number_of(asked)
        return error if n >= 3 else fact(f"Ann{n}", "Rome")

    found: list[int] = []
    with pytest.raises(type(error), match=str(error)):
        found.extend(one.outcome.n for one in extraction_of(reply, range(1, 20)))
    assert found == [1, 2]


@pytest.mark.parametrize(
    "error", [InvalidInput("the key is wrong"), CompletionFailed("nobody is there")]
)
@pytest.mark.parametrize("n", [1, 3, 30])
def test_who_never_says_a_word_ends_the_job(error: Exception, n: int) -> None:
    found: list[int] = []
    with pytest.raises(type(error), match=str(error)):
        found.extend(one.outcome.n for one in extraction_of(lambda _: error, range(1, n + 1)))
    assert found == []


def test_single_refusals_are_counted() -> None:
    def some(asked: str) -> dict[str, Any] | Exception:
        n = number_of(asked)
        return InvalidInput("too long (400)") if n % 3 == 1 else fact(f"Ann{n}", "Rome")

    found = extracted(some, [outcome(n) for n in range(1, 20)])
    assert [one.outcome.n for one in found if not one.whole] == [1, 4, 7, 10, 13, 16, 19]
    assert found[0].dropped == {"passages without an answer: too long": 1}


@pytest.mark.parametrize("kind", ["segments", "runs", "broken"])
def test_few_items_wait_behind_a_slow_answer(kind: str) -> None:
    gate = threading.Event()
    taken: list[int] = []
    many = {
        "segments": outcome,
        "runs": lambda n: Outcome(n, run={"task": "x"}),
        "broken": lambda n: Outcome(n, error="it is broken"),
    }

    def outcomes() -> Any:
        for n in range(1, 200):
            taken.append(n)
            yield outcome(n) if n == 1 else many[kind](n)

    def reply(asked: str) -> dict[str, Any]:
        gate.wait(10)
        return EMPTY

    client = LLMClient(AnyLLM(FakeLLM(lambda m: reply(m[-1].content))), limits=Limits(2))
    extraction = LLMExtraction(client, 2).over(outcomes())
    threading.Timer(0.2, gate.set).start()
    assert next(extraction).outcome.n == 1
    assert len(taken) <= 2 * 4 + 2
    assert [next(extraction).outcome.n for _ in range(20)] == list(range(2, 22))
    extraction.close()
    client.close()
