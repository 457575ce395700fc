"""A fact answers what is asked by its sort, where nobody named the sort."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from graphmem.memory import Memory
from graphmem.testing.fakes import FixedClock

SAID = (
    "My son Emil plays the cello on Tuesdays.",
    "Our dog Bruno is a beagle.",
    "I drive a Fiat Panda.",
    "I take sertraline every morning.",
    "I have a hamster.",
    "My wife reads Dune.",
    "Tom has given up the violin. He played the violin for years.",
)


@pytest.fixture(scope="module")
def memory() -> Iterator[Memory]:
    chat = []
    for text in SAID:
        chat.append({"role": "user", "content": text})
        chat.append({"role": "assistant", "content": "Thanks for telling me!"})
    with Memory("memory://", clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC))) as opened:
        opened.add(chat, at="2024-06-01")
        yield opened


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What instrument does Emil play?", "cello"),
        ("And which instrument does Emil play on Tuesdays?", "cello"),
        ("What breed is Bruno?", "beagle"),
        ("What breed is our dog?", "beagle"),
        ("What car do I drive?", "Panda"),
        ("What kind of medication do I take?", "sertraline"),
        ("What pet do I have?", "hamster"),
        ("Which novel does my wife read?", "Dune"),
    ],
)
def test_a_fact_of_the_sort_answers(memory: Memory, question: str, said: str) -> None:
    context = memory.context(question)
    assert context.abstained is None
    assert said in context.text
    assert said in context.recall.hits[0].text


@pytest.mark.parametrize(
    "question",
    [
        "What sport does Emil play?",  # it is of another sort
        "What instrument does Emil repair?",  # other things are done with it
        "What instrument does Emil play on Fridays?",  # on another day
        "What instrument do I play?",  # it is somebody else's
        "What instrument does Tom play?",  # he did
        "What instrument did Emil play before?",
        "What car does Emil drive?",
        "What breed is Emil?",
        "What colour is Bruno?",
        "What novel do I read?",
        "What guitar does Emil play?",  # one instrument is no other
        "What cat do I have?",
    ],
)
def test_other_things_and_other_people_do_not(memory: Memory, question: str) -> None:
    assert memory.search(question).abstained is not None
