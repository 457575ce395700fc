"""From when to when what people say of themselves holds, by the times that they name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphmem.language.extractor import SpacyExtractor
from graphmem.memory import Memory
from graphmem.models.minilm import MiniLMEncoder
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder


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
