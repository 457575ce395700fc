"""`graphmem llm check`, against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from graphmem.cli.app import run
from graphmem.testing.llm_faults import Fault, Faults
from graphmem.testing.llm_protocol import Demands
from graphmem.testing.llm_server import LLMServer

KEY = "sk-very-secret-0123456789"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LLMServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("GRAPHMEM_PRICES", raising=False)
    with LLMServer(lambda _: {"city": "Lisbon", "country": "Portugal"}) as server:
        yield server


def check(server: LLMServer, *more: str, model: str = "gpt-4o-mini") -> int:
    return run(["llm", "check", f"openai:{model}", "--base-url", server.url, *more])


def test_it_says_what_a_good_endpoint_supports(
    server: LLMServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.demands = Demands(api_key=KEY)
    assert check(server) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "openai:gpt-4o-mini can be used, with strict json_schema"
    assert told[1].split() == ["strict", "json_schema", "yes", "as", "it", "should", "be"]
    assert told[-1].endswith("known    $0.15 in, $0.6 out for a million tokens")
    assert server.served().n_requests == 3


def test_it_says_as_json_what_a_small_server_lacks(
    server: LLMServer, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = ("temperature", "max_tokens", "max_completion_tokens")
    server.demands = Demands(forms=("text", "json_object"), unknown=unknown, says_usage=False)
    assert check(server, "--json", model="tiny") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["form"], one["taken"]) for one in told["forms"]] == [
        ("json_schema", False), ("json_object", True), ("text", True),
    ]  # fmt: skip
    assert told["best"] == "json_object"
    assert (told["says_usage"], told["temperature"], told["limit"]) == (False, False, None)
    assert told["price"] is None
    assert told["latency_s"] >= 0


def test_thoughts_around_an_answer_can_be_read(
    server: LLMServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = Faults(share=1.0, kinds=(Fault.THINK,))
    assert check(server, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["best"] == "json_schema"
    assert [(one["read"], one["kept"]) for one in told["forms"]] == [
        (True, False), (True, False), (True, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("demands", "fault", "says"),
    [
        (Demands(api_key="other"), None, "refuses the API key"),
        (Demands(models=("other",)), None, "does not exist"),
        (Demands(), Fault.SERVER_ERROR, "had an error"),
        (Demands(), Fault.NOT_JSON, "something else than JSON"),
        (Demands(), Fault.DROPPED, "gave no answer"),
        (Demands(), Fault.EMPTY, "an empty message"),
        (Demands(), Fault.REFUSAL, "refuses to answer"),
        (Demands(), Fault.SCHEMA_ECHO, "never with the JSON"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_a_1(
    server: LLMServer,
    demands: Demands,
    fault: Fault | None,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.demands = demands
    if fault:
        server.faults = Faults(share=1.0, kinds=(fault,))
    assert check(server) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert says in said.err
    assert said.err.count("\n") == 1
    assert KEY not in said.err


def test_a_server_that_is_not_there_is_named(
    server: LLMServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.stop()
    assert check(server) == 1
    said = capsys.readouterr().err
    assert f"{server.url} cannot be reached" in said
    assert "check the address" in said


def test_what_names_no_llm_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["llm", "check", "gpt-4o"]) == 1
    assert "openai:<model>" in capsys.readouterr().err
    assert run(["llm", "check"]) == 2
