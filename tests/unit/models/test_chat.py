"""The word that names an LLM, and the client that is put together from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem.core.chat import ChatMessage
from graphmem.core.usage import Usage
from graphmem.errors import CompletionFailed, InvalidInput
from graphmem.memory import Memory
from graphmem.models.chat import open_client, open_llm
from graphmem.models.llm.budget import Budget
from graphmem.models.llm.cache import ResponseCache
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.meter import Meter
from graphmem.models.loading import LazyModels
from graphmem.testing.llm import FakeLLM

QUESTION = [ChatMessage("user", "What is it?")]


def test_a_memory_takes_a_name_or_an_object_and_loads_nothing_before() -> None:
    llm = FakeLLM()
    assert LazyModels(llm=llm).llm is llm
    assert LazyModels().llm is None
    Memory("memory://", llm="openai:tiny").close()
    for wrong in ("openai", "gpt-4", "openai:", 7):
        with pytest.raises(InvalidInput, match="openai:<model>"):
            Memory("memory://", llm=wrong)  # type: ignore[arg-type]


def test_an_object_stays_as_it_is_where_nothing_is_put_around_it(tmp_path: Path) -> None:
    llm = FakeLLM()
    assert open_llm(llm) is llm
    assert open_llm(None, limits=Limits()) is None
    assert open_llm(llm, limits=Limits()) is not llm
    with pytest.raises(InvalidInput, match="base_url"):
        open_llm(llm, base_url="http://127.0.0.1:1/v1")


@pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://u:secret@host/v1", "nonsense"])
def test_what_is_no_url_is_refused_without_its_login(url: str) -> None:
    with pytest.raises(InvalidInput, match="is no base URL") as caught:
        open_llm("openai:tiny", base_url=url, api_key="key")
    assert "secret" not in str(caught.value)


def test_openai_itself_needs_a_key_and_a_server_of_ones_own_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidInput, match="OPENAI_API_KEY"):
        open_llm("openai:tiny")
    open_client("openai:tiny", base_url="http://127.0.0.1:1/v1").close()


def test_any_llm_can_be_cached_and_metered(tmp_path: Path) -> None:
    llm, meter = FakeLLM(lambda _: {"a": "it"}), Meter()
    cache = ResponseCache(tmp_path / "llm.db")
    client = open_client(llm, cache=cache, meter=meter)
    for _ in range(3):
        assert client.complete(QUESTION, {"type": "object"}) == '{"a": "it"}'
    assert len(llm.calls) == 1
    spend = meter.spend()
    assert (spend.n_calls, spend.n_cached, spend.n_estimated) == (1, 2, 1)
    assert spend.cached_usage == spend.usage + spend.usage != Usage()
    assert spend.cost is None
    cache.close()


def test_what_an_object_raises_reaches_the_caller_as_it_was() -> None:
    client = open_client(FakeLLM([CompletionFailed("tired")]), limits=Limits())
    with pytest.raises(CompletionFailed, match=r"^tired$"):
        client.complete(QUESTION, {})


def test_a_budget_is_refused_where_nobody_knows_the_price() -> None:
    with pytest.raises(InvalidInput, match="no price is known for the model 'tiny'"):
        open_client("openai:tiny", base_url="http://127.0.0.1:1/v1", meter=Meter(Budget(1.0)))
