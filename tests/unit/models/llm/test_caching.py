"""Who asks again is answered from the cache; what no reader can use is asked again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graphmem.core.chat import ChatMessage
from graphmem.core.usage import Usage
from graphmem.errors import CompletionFailed
from graphmem.models.chat import open_client
from graphmem.models.llm.cache import ResponseCache
from graphmem.models.llm.caching import cache_key
from graphmem.models.llm.calls import Call
from graphmem.models.llm.client import LLMClient
from graphmem.models.llm.meter import Meter
from graphmem.testing.llm import FakeLLM

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
Build = Callable[[FakeLLM], LLMClient]


def asking(text: str) -> list[ChatMessage]:
    return [ChatMessage("system", "Be brief."), ChatMessage("user", text)]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ResponseCache]:
    cache = ResponseCache(tmp_path / "llm.db")
    yield cache
    cache.close()


def test_the_key_holds_all_that_an_answer_depends_on() -> None:
    call = Call(tuple(asking("a")), SCHEMA)
    other = [
        cache_key("another model", call),
        cache_key("m", Call(tuple(asking("b")), SCHEMA)),
        cache_key("m", Call(tuple(asking("a")), {})),
        cache_key("m", Call(call.messages[1:], SCHEMA)),
        cache_key("m", Call((ChatMessage("user", "Be brief."), call.messages[1]), SCHEMA)),
    ]
    key = cache_key("m", call)
    assert len({key, *other}) == len(other) + 1
    tagged = Call(call.messages, dict(reversed(SCHEMA.items())), ("tag",), (Meter(),))
    assert cache_key("m", tagged) == key


def test_sixteen_threads_that_ask_the_same_ask_once(cache: ResponseCache) -> None:
    together = threading.Barrier(16, timeout=10)
    llm = FakeLLM(lambda _: {"a": "it"})
    client = open_client(llm, cache=cache)

    def ask(_: int) -> str:
        together.wait()
        return client.complete(asking("a"), SCHEMA)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {'{"a": "it"}'}
    assert len(llm.calls) == 1
    assert client.meter.spend().n_cached == 15


def test_whoever_waited_for_a_failure_asks_for_himself(cache: ResponseCache) -> None:
    llm = FakeLLM([CompletionFailed("tired"), {"a": "it"}])
    client = open_client(llm, cache=cache)
    with pytest.raises(CompletionFailed):
        client.complete(asking("a"), SCHEMA)
    assert client.complete(asking("a"), SCHEMA) == '{"a": "it"}'
    assert cache.stats().n_answers == 1


@pytest.mark.parametrize("useless", ["I cannot say.", '{"a": "it', SCHEMA])
def test_what_no_reader_can_use_is_asked_again(
    cache: ResponseCache, useless: str | dict[str, object]
) -> None:
    llm = FakeLLM([useless, {"a": "it"}])
    client = open_client(llm, cache=cache)
    client.complete(asking("a"), SCHEMA)
    assert client.complete(asking("a"), SCHEMA) == '{"a": "it"}'
    assert client.complete(asking("a"), SCHEMA) == '{"a": "it"}'
    assert len(llm.calls) == 2


def test_answers_are_forgotten_by_what_they_are_about(cache: ResponseCache) -> None:
    client = open_client(FakeLLM(lambda _: {"a": "it"}), cache=cache)
    client.about("p1", "p2").complete(asking("a"), SCHEMA)
    client.about("p3").complete(asking("b"), SCHEMA)
    client.about("p4").complete(asking("b"), SCHEMA)
    client.complete(asking("c"), SCHEMA)
    assert cache.forget(["p2"]) == 1
    assert cache.forget(["p4"]) == 1
    assert cache.stats().n_answers == 1


def test_a_meter_of_ones_own_counts_what_was_known_too(cache: ResponseCache) -> None:
    client = open_client(FakeLLM(lambda _: {"a": "it"}), cache=cache)
    first, second = Meter(), Meter()
    client.about("p1", meter=first).complete(asking("a"), SCHEMA)
    client.about("p1", meter=second).complete(asking("a"), SCHEMA)
    assert (first.spend().n_calls, first.spend().n_cached) == (1, 0)
    assert (second.spend().n_calls, second.spend().n_cached) == (0, 1)
    assert second.spend().usage == Usage()
    assert second.spend().cost == 0.0
    assert client.meter.spend().n_cached == 1
