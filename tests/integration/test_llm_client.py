"""The whole client from 16 threads, against a server that misbehaves three times in ten."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from graphmem.core.chat import ChatMessage, read_json
from graphmem.errors import BudgetSpent, CompletionFailed, EndpointDown, InvalidInput
from graphmem.models.chat import open_client
from graphmem.models.llm.budget import Budget
from graphmem.models.llm.cache import ResponseCache
from graphmem.models.llm.client import LLMClient
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.meter import Meter
from graphmem.models.llm.prices import Price, load_prices
from graphmem.testing.llm_faults import Fault, Faults
from graphmem.testing.llm_protocol import Demands
from graphmem.testing.llm_server import LLMServer

N_CALLS = 400
PRICE = Price(prompt=1.0, completion=4.0)
PRICES = load_prices({"stub": PRICE})
SCHEMA = {"type": "object", "properties": {"rows": {"type": "array"}}}
# Short waits: how long they are is tested with a clock of its own.
LIMITS = Limits(concurrency=16, timeout_s=2.0, tries=8, backoff_s=0.01, max_tokens=400)
FAULTS = Faults(share=0.3, seed=3, retry_after_s=0.02, slow_s=2.5)


def rows_for(messages: list[dict[str, Any]]) -> dict[str, Any]:
    text = messages[-1]["content"]
    return {"rows": [{"quote": text[:20], "n": n} for n in range(len(text) % 7 + 2)]}


def asking(number: int) -> list[ChatMessage]:
    return [
        ChatMessage("system", "s" * 900),
        ChatMessage("user", f"{number} {'u' * (number % 50)}"),
    ]


def ask_all(client: LLMClient, numbers: range) -> list[str | Exception]:
    def ask(number: int) -> str | Exception:
        try:
            return client.about(f"p{number}").complete(asking(number), SCHEMA)
        except (BudgetSpent, CompletionFailed) as error:
            return error

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(ask, numbers))


def test_what_passes_is_got_over_and_what_stays_says_why(tmp_path: Path) -> None:
    with LLMServer(rows_for, faults=FAULTS) as server:
        cache, meter = ResponseCache(tmp_path / "llm.db"), Meter(Budget(10.0), PRICES)
        client = open_client(
            "openai:stub",
            base_url=server.url,
            api_key="k",
            limits=LIMITS,
            cache=cache,
            meter=meter,
        )
        answers = ask_all(client, range(N_CALLS))
        failures = [str(answer) for answer in answers if isinstance(answer, Exception)]
        served = server.served()
        reasons = Counter("empty" if "empty message" in text else text for text in failures)
        # Only an answer without words is none: each of the server's faults was got over.
        assert reasons.keys() <= {
            "empty",
            "openai:stub refuses to answer: I cannot help with that.",
        }
        assert 0 < reasons["empty"] <= served.faults["empty"]
        assert len(failures) <= served.faults["empty"] + served.faults["refusal"]
        assert set(served.faults) == {str(fault) for fault in Fault}
        assert 0.25 < sum(served.faults.values()) / served.n_requests < 0.35
        assert served.peak <= 16
        # What the client says it spent covers what the server counted, and is within the budget.
        spent = PRICE.of(served.usage)
        spend = meter.spend()
        assert spend.cost is not None
        assert spent <= spend.cost <= 10.0
        assert spend.n_calls <= served.n_answered <= spend.n_calls + spend.n_unsure
        # Asked again, only what could not be kept is.
        n_kept = cache.stats().n_answers
        ask_all(client, range(N_CALLS))
        again = server.served().asked
        assert sum(n > served.asked[key] for key, n in again.items()) == N_CALLS - n_kept > 0
        client.close()
        cache.close()


def test_a_rerun_asks_nothing_and_answers_the_same(tmp_path: Path) -> None:
    with LLMServer(rows_for) as server:
        said = []
        for _ in range(2):
            cache = ResponseCache(tmp_path / "llm.db")
            client = open_client("openai:stub", base_url=server.url, limits=LIMITS, cache=cache)
            said.append(ask_all(client, range(100)))
            client.close()
            cache.close()
        assert said[0] == said[1]
        assert server.served().n_requests == 100
        assert not server.served().repeated
        assert client.meter.spend().n_cached == 100
        assert client.meter.spend().usage.prompt_tokens == 0


@pytest.mark.parametrize("faults", [None, FAULTS])
def test_the_server_never_counts_more_than_the_budget(faults: Faults | None) -> None:
    with LLMServer(rows_for, faults=faults) as server:
        budget = Budget(0.05)
        client = open_client(
            "openai:stub", base_url=server.url, limits=LIMITS, meter=Meter(budget, PRICES)
        )
        answers = ask_all(client, range(N_CALLS))
        assert any(isinstance(answer, BudgetSpent) for answer in answers)
        spent = PRICE.of(server.served().usage)
        assert spent <= budget.spent + 1e-9 <= 0.05 + 2e-9  # dollars are no whole numbers
        if faults is None:
            assert spent == pytest.approx(budget.spent)
            assert spent > 0.9 * 0.05
        # A second run with what is left of a higher limit goes on.
        more = Meter(Budget(0.06, spent=budget.spent), PRICES)
        client = open_client("openai:stub", base_url=server.url, limits=LIMITS, meter=more)
        assert any(isinstance(answer, str) for answer in ask_all(client, range(20)))
        client.close()


def test_a_server_that_is_not_there_fails_soon_and_clearly() -> None:
    with LLMServer(rows_for) as server:
        url = server.url
    limits = Limits(tries=3, backoff_s=0.01, breaker_after=20)
    client = open_client("openai:stub", base_url=url, limits=limits)
    answers = ask_all(client, range(200))
    assert all(isinstance(answer, CompletionFailed) and answer.retryable for answer in answers)
    assert isinstance(answers[-1], EndpointDown)
    # The breaker kept it from trying all of them.
    assert client.meter.spend().n_failed < 60


@pytest.mark.parametrize(
    ("demands", "says"),
    [
        (Demands(api_key="right"), "refuses the API key"),
        (Demands(models=("other",)), "`stub` does not exist"),
    ],
)
def test_what_no_try_mends_is_the_callers_error_at_once(demands: Demands, says: str) -> None:
    with LLMServer(rows_for, demands=demands) as server:
        secret = "sk-secret-but-wrong-012345"
        client = open_client("openai:stub", base_url=server.url, api_key=secret, limits=LIMITS)
        with pytest.raises(InvalidInput, match=says) as caught:
            client.complete(asking(1), SCHEMA)
        assert secret not in str(caught.value)
        assert server.served().n_requests == 1
        client.close()


def test_sixteen_calls_are_under_way_at_once() -> None:
    with LLMServer(rows_for, delay_s=0.1) as server:
        client = open_client("openai:stub", base_url=server.url, limits=LIMITS)
        answers = ask_all(client, range(64))
        assert all(isinstance(answer, str) for answer in answers)
        assert server.served().peak == 16
        client.close()


def test_spoilt_answers_reach_the_reader_as_they_are(tmp_path: Path) -> None:
    kinds = (Fault.THINK, Fault.CUT, Fault.DUPLICATES, Fault.WRONG_NAMES)
    with LLMServer(rows_for, faults=Faults(share=1.0, kinds=kinds)) as server:
        client = open_client("openai:stub", base_url=server.url, limits=LIMITS)
        answers = ask_all(client, range(50))
        for number, answer in enumerate(answers):
            assert isinstance(answer, str)
            good = json.dumps(rows_for([{"content": asking(number)[-1].content}]))
            assert answer != good
            assert answer.startswith("<think>") == (read_json(answer) == json.loads(good))
        client.close()
