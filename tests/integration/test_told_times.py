"""From when to when what people say of themselves holds, by the times that they name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest

from graphmem.language.extractor import SpacyExtractor
from graphmem.memory import Memory
from graphmem.models.minilm import MiniLMEncoder
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Proposition


@pytest.fixture(scope="module")
def extractor() -> SpacyExtractor:
    return SpacyExtractor(encoder=MiniLMEncoder(threads=1))


@pytest.fixture
def memory(extractor: SpacyExtractor) -> Iterator[Memory]:
    with Memory(MemoryStore(), embedder=FakeEmbedder(), extractor=extractor) as opened:
        yield opened


def say(memory: Memory, text: str, at: str) -> None:
    memory.add([{"speaker": "Mara", "text": text}], source=at, at=at)


def held(memory: Memory, relation: str, at: str) -> list[str]:
    return [fact.text for fact in memory.current("Mara", relation, as_of=at)]


def test_a_past_state_closes_nothing_that_began_after_it(memory: Memory) -> None:
    say(memory, "I live in Porto.", "2025-01-05")
    say(memory, "I lived in Rome from 2010 to 2015.", "2026-01-05")
    assert held(memory, "live in", "2026-02-01") == ["Mara lives in Porto"]
    assert held(memory, "live in", "2012-06-01") == ["Mara lived in Rome"]
    assert held(memory, "live in", "2018-06-01") == held(memory, "live in", "2009-12-31") == []


def test_what_was_so_until_a_year_ended_then(memory: Memory) -> None:
    say(memory, "I work at Acme.", "2015-01-05")
    say(memory, "I worked at Acme until 2020.", "2026-01-05")
    assert held(memory, "work at", "2019-06-01") == ["Mara works at Acme"]
    assert held(memory, "work at", "2021-06-01") == held(memory, "work at", "2026-02-01") == []


@pytest.mark.parametrize(
    "said",
    [
        ("I lived in Rome from 2010 to 2012.", "I lived in Rome from 2015 to 2017.",
         "I have lived in Oslo since 2013."),
        ("I lived in Rome.", "I lived in Rome from 2010 to 2015.", "I live in Porto."),
        ("I lived in Rome from 2010 to 2015.", "I lived in Rome from 2012 to 2018."),
        ("I lived in Rome from May 2020 to June 2025.", "I lived in Rome."),
    ],
)  # fmt: skip
def test_stretches_of_the_past_are_the_same_in_any_order(
    extractor: SpacyExtractor, said: tuple[str, ...]
) -> None:
    told = set()
    for order in permutations(list(enumerate(said, start=1))):
        with Memory(MemoryStore(), embedder=FakeEmbedder(), extractor=extractor) as memory:
            for month, text in order:
                say(memory, text, f"2026-{month:02d}-05")
            nodes = [change.node for change in memory.history(entity="Mara")]
        told.add(
            tuple(
                sorted(
                    (fact.text, fact.status, str(fact.valid_from), str(fact.valid_to))
                    for fact in nodes
                    if isinstance(fact, Proposition)
                )
            )
        )
    (facts_told,) = told
    assert ("retired", "None") not in {(fact[1], fact[3]) for fact in facts_told}
    assert not any(
        fact[0].startswith("Mara lives") and fact[1] != "current" for fact in facts_told
    )


def test_a_past_state_ended_nobody_knows_when_it_began(memory: Memory) -> None:
    say(memory, "I worked at Siemens from May 2020.", "2026-01-05")
    (change,) = memory.history(entity="Mara")
    assert isinstance(change.node, Proposition)
    assert (change.node.valid_from, str(change.node.valid_to)[:10]) == (None, "2026-01-05")


def test_what_is_told_to_begin_later_does_not_hold_yet_and_ends_nothing_yet(
    memory: Memory,
) -> None:
    say(memory, "I work at Acme.", "2026-01-05")
    say(memory, "From June on I work at Siemens.", "2026-02-05")
    assert held(memory, "work at", "2026-03-01") == ["Mara works at Acme"]
    assert held(memory, "work at", "2026-07-01") == ["Mara works at Siemens"]


def test_a_state_of_some_days_holds_no_longer(memory: Memory) -> None:
    say(memory, "I'm in Paris today.", "2026-01-05T12:00:00")
    say(memory, "I'm staying in Berlin until Friday.", "2026-01-05")
    assert held(memory, "be in", "2026-01-05T13:00:00") == ["Mara is in Paris"]
    assert held(memory, "be in", "2026-08-01") == []
    assert held(memory, "stay in", "2026-01-09") == ["Mara stays in Berlin"]
    assert held(memory, "stay in", "2026-08-01") == []
