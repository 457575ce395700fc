"""A fact that holds answers what its passage does not say in the question's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from graphmem.memory import Memory
from graphmem.testing.fakes import FixedClock

CHAT = [
    {"role": "user", "content": "I'm Priya and I moved to Leeds in May 2024."},
    {"role": "assistant", "content": "Nice! How do you like it?"},
    {"role": "user", "content": "I love it. I joined Siemens. Ingrid works for Lidl."},
    {"role": "user", "content": "My brother Tom plays chess on Fridays."},
]


@pytest.fixture(scope="module")
def memory() -> Iterator[Memory]:
    with Memory("memory://", clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC))) as opened:
        opened.add(CHAT, at="2024-06-01")
        yield opened


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Where do I live?", "Leeds"),
        ("And where does the user live now?", "Leeds"),
        ("Which city do I live in?", "Leeds"),
        ("Where does Priya live?", "Leeds"),
        ("What company do I work for?", "Siemens"),
    ],
)
def test_a_fact_answers_in_other_words(memory: Memory, question: str, said: str) -> None:
    recall = memory.search(question)
    assert recall.abstained is None
    assert recall.confidence == 0.5
    assert any(said in hit.text for hit in recall.hits[:2])


@pytest.mark.parametrize(
    "question",
    [
        "Who lives with Priya?",
        "Who does Priya live with?",
        "Where does Priya live in summer?",
        "Where does Tom live?",
        "Where do my parents live?",
        "Where do I study?",
        "Where did I live before?",
        "Where do I not live?",
        "What language do I work in?",
        "What hours do I work?",
    ],
)
def test_what_no_fact_says_is_declined_as_before(memory: Memory, question: str) -> None:
    recall = memory.search(question)
    assert recall.abstained
    assert recall.confidence < 0.5


def test_a_fact_that_held_before_answers_nothing_of_now() -> None:
    with Memory("memory://", clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC))) as memory:
        memory.add(CHAT, at="2024-06-01")
        memory.add([{"role": "user", "content": "I quit my job."}], at="2025-01-01")
        facts = [fact.text for fact in memory.current("user", "work at")]
        assert facts == ["user is out of work"]
        hits = memory.search("Where do I work?", kinds=("proposition",)).hits
        assert "user works at Siemens" not in [hit.text for hit in hits]
