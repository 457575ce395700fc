"""Which LLM a job asks, and what was spent on it before."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem.core.usage import Usage
from graphmem.errors import InvalidInput
from graphmem.models.llm.cache import Kept, ResponseCache
from graphmem_pipelines.jobs.asking import LLMChoice, spent_before
from graphmem_pipelines.ledger.rows import Spent

MODEL = "openai:gpt-4o-mini"


@pytest.mark.parametrize(
    "url", ["http://me:secret@host/v1", "http://host/v1?api-key=secret", "http://host/v1#secret"]
)
def test_a_url_that_may_hold_a_key_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidInput, match="OPENAI_API_KEY") as refused:
        LLMChoice(MODEL, url)
    assert "secret" not in str(refused.value)


def test_a_job_keeps_the_server_that_it_was_begun_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://one/v1")
    begun = LLMChoice(MODEL)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://two/v1")
    assert LLMChoice.from_json(begun.to_json()) == begun
    assert begun.base_url == "http://one/v1"


def test_what_a_killed_process_paid_for_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.answers"
    clock = [100.0]
    cache = ResponseCache(path, clock=lambda: clock[0])
    cache.put(b"old", Kept("{}", Usage(1_000_000, 0), True))
    clock[0] = 200.0
    for number in range(3):
        cache.put(bytes([number]), Kept("{}", Usage(1_000_000, 0), True))
    cache.close()
    told = Spent(1, 0, 1_000_000, 0, 0.15)

    before = spent_before(LLMChoice(MODEL), path, told, since=150.0)

    assert before.n_calls == 3
    assert before.prompt_tokens == 3_000_000
    assert before.cost == pytest.approx(0.45)
    assert spent_before(LLMChoice(MODEL), tmp_path / "none", told, since=150.0) == told
