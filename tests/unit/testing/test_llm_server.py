"""The server that tests hold clients to: it counts right, and misbehaves as it is told."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from graphmem.core.usage import Usage, estimate_prompt
from graphmem.errors import InvalidInput
from graphmem.testing.llm_faults import Fault, Faults, spoil
from graphmem.testing.llm_log import content_key
from graphmem.testing.llm_protocol import Demands
from graphmem.testing.llm_server import LLMServer

ROWS = {
    "facts": [
        {"subject": "Mara", "quote": "Mara moved", "start": 3},
        {"subject": "Ivo", "quote": "Ivo stayed", "start": 30},
    ],
    "note": "x",
}
SCHEMA = {"type": "object", "properties": {"facts": {"type": "array"}}}


class Client:
    """One connection, kept alive, with nothing but the standard library."""

    def __init__(self, server: LLMServer) -> None:
        host, _, port = server.url.removeprefix("http://").removesuffix("/v1").partition(":")
        self.http = http.client.HTTPConnection(host, int(port), timeout=10)

    def ask(self, text: str = "Hello", key: str = "any", **more: Any) -> tuple[int, Any]:
        body = {"model": "stub", "messages": [{"role": "user", "content": text}], **more}
        return self.send("/v1/chat/completions", json.dumps(body), key)

    def send(self, path: str, body: str | None, key: str = "any") -> tuple[int, Any]:
        method = "POST" if body is not None else "GET"
        self.http.request(method, path, body, {"Authorization": f"Bearer {key}"})
        response = self.http.getresponse()
        self.headers = response.headers
        raw = response.read()
        is_json = response.headers["Content-Type"] == "application/json"
        return response.status, json.loads(raw) if is_json else raw.decode()


@pytest.fixture
def server() -> Iterator[LLMServer]:
    with LLMServer(lambda _: ROWS) as server:
        yield server


@pytest.fixture
def client(server: LLMServer) -> Iterator[Client]:
    client = Client(server)
    yield client
    client.http.close()


def content(answer: Any) -> Any:
    return answer["choices"][0]["message"]["content"]


def test_it_answers_from_a_function_and_counts(server: LLMServer, client: Client) -> None:
    for text in ("one", "two", "one"):
        status, answer = client.ask(text)
        assert status == 200
        assert json.loads(content(answer)) == ROWS
    served = server.served()
    assert (served.n_requests, served.n_answered, served.statuses) == (3, 3, {200: 3})
    assert served.peak == 1
    key = content_key([{"role": "user", "content": "one"}])
    assert served.asked[key] == 2
    assert served.repeated == {key: 2}
    said = len(json.dumps(ROWS)) // 4 + 1
    assert served.usage == Usage(3 * estimate_prompt(["one"]), 3 * said)
    assert answer["usage"]["completion_tokens"] == said


def test_a_schema_beside_the_messages_counts_as_prompt(server: LLMServer, client: Client) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}
    _, answer = client.ask("one", response_format=form)
    assert answer["usage"]["prompt_tokens"] == estimate_prompt(["one"], SCHEMA)


def test_what_the_function_raises_is_a_500(server: LLMServer, client: Client) -> None:
    server.answer = lambda messages: messages[99]
    status, answer = client.ask()
    assert status == 500
    assert "IndexError" in answer["error"]["message"]
    assert server.served().n_answered == 0


@pytest.mark.parametrize(
    ("demands", "request_more", "status"),
    [
        (Demands(api_key="right"), {}, 401),
        (Demands(models=("other",)), {}, 404),
        (Demands(forms=("text",)), {"response_format": {"type": "json_object"}}, 400),
        (Demands(unknown=("temperature",)), {"temperature": 0}, 400),
        (Demands(), {"stream": True}, 400),
    ],
)
def test_what_it_insists_on_is_refused_otherwise(
    server: LLMServer, client: Client, demands: Demands, request_more: dict[str, Any], status: int
) -> None:
    server.demands = demands
    assert client.ask(key="wrong", **request_more)[0] == status
    assert server.served().n_answered == 0


def test_it_lists_its_models(server: LLMServer, client: Client) -> None:
    server.demands = Demands(api_key="right", models=("a", "b"))
    assert client.send("/v1/models", None)[0] == 401
    status, listed = client.send("/v1/models", None, "right")
    assert status == 200
    assert [model["id"] for model in listed["data"]] == ["a", "b"]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"messages": 1}'])
def test_what_is_no_request_is_a_400(client: Client, body: str) -> None:
    assert client.send("/v1/chat/completions", body)[0] == 400


def test_paths_that_are_not_there_are_a_404(client: Client) -> None:
    assert client.send("/v1/embeddings", '{"messages": []}')[0] == 404
    assert client.send("/v1/nothing", None)[0] == 404


def test_statuses_of_faults(server: LLMServer, client: Client) -> None:
    def with_fault(kind: Fault) -> tuple[int, Any]:
        server.faults = Faults(share=1.0, kinds=(kind,), retry_after_s=1.5)
        return client.ask()

    assert with_fault(Fault.RATE_LIMIT)[0] == 429
    assert client.headers["Retry-After"] == "1.5"
    assert with_fault(Fault.RATE_LIMIT_BARE)[0] == 429
    assert client.headers["Retry-After"] is None
    assert with_fault(Fault.SERVER_ERROR)[0] == 500
    assert with_fault(Fault.NOT_JSON) == (200, "<html>Bad gateway</html>")
    assert server.served().n_answered == 0
    with pytest.raises(http.client.RemoteDisconnected):
        with_fault(Fault.DROPPED)
    served = server.served()
    assert served.statuses == {429: 2, 500: 1, 200: 1, 0: 1}
    assert served.faults["dropped"] == 1


def test_answers_that_are_spoilt_are_billed(server: LLMServer, client: Client) -> None:
    server.faults = Faults(share=1.0, kinds=(Fault.REFUSAL,))
    _, answer = client.ask()
    assert content(answer) is None
    assert answer["choices"][0]["message"]["refusal"]
    assert server.served().usage.completion_tokens > 0


def said(fault: Fault) -> str:
    return spoil(fault, json.dumps(ROWS), SCHEMA, Faults()).content or ""


def test_how_a_model_goes_wrong() -> None:
    good = json.dumps(ROWS)
    assert spoil(None, good, SCHEMA, Faults()).content == good
    assert good.startswith(said(Fault.CUT))
    assert 0 < len(said(Fault.CUT)) < len(good)
    assert json.loads(said(Fault.SCHEMA_ECHO)) == SCHEMA
    renamed = json.loads(said(Fault.WRONG_NAMES))["facts"][0]
    assert renamed == {"head": "Mara", "evidence": "Mara moved", "start": 3}
    assert said(Fault.THINK).startswith("<think>")
    assert said(Fault.THINK).endswith(good)
    assert said(Fault.EMPTY) == ""
    doubled = json.loads(said(Fault.DUPLICATES))["facts"]
    assert doubled == [row for row in ROWS["facts"] for _ in (0, 1)]
    first, second = json.loads(said(Fault.HALLUCINATED))["facts"]
    assert second == ROWS["facts"][1]
    assert first["quote"] not in good
    assert first["subject"] == "Mara"
    assert first["start"] > 1000


def test_what_is_no_json_is_left_as_it_is() -> None:
    for fault in (Fault.WRONG_NAMES, Fault.DUPLICATES, Fault.HALLUCINATED):
        assert spoil(fault, "words", {}, Faults()).content == "words"


def test_faults_follow_from_seed_and_content_and_have_their_share() -> None:
    faults = Faults(share=0.3, seed=7)
    picked = [faults.pick(str(key), nth) for key in range(2000) for nth in (0, 1)]
    assert picked == [faults.pick(str(key), nth) for key in range(2000) for nth in (0, 1)]
    n_wrong = sum(fault is not None for fault in picked)
    assert 0.27 < n_wrong / len(picked) < 0.33
    assert set(picked) == {None, *Fault}
    again = [nth1 for nth0, nth1 in zip(picked[::2], picked[1::2], strict=True) if nth0]
    assert 0.2 < sum(fault is not None for fault in again) / len(again) < 0.4
    assert picked != [
        Faults(share=0.3, seed=8).pick(str(k), n) for k in range(2000) for n in (0, 1)
    ]
    assert all(Faults(share=1.0).pick(str(key), 0) for key in range(100))
    assert not any(Faults(share=0).pick(str(key), 0) for key in range(100))


@pytest.mark.parametrize("wrong", [{"share": 1.1}, {"share": -0.1}, {"kinds": ()}])
def test_faults_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Faults(**wrong)


def test_stopping_ends_whoever_waits() -> None:
    with LLMServer(lambda _: ROWS, delay_s=600.0) as server:
        client, ended = Client(server), threading.Event()

        def ask() -> None:
            with pytest.raises((http.client.HTTPException, OSError)):
                client.ask()
            ended.set()

        waiting = threading.Thread(target=ask, daemon=True)
        waiting.start()
        while not server.served().n_requests:
            pass
    assert ended.wait(10)
    waiting.join(10)
    client.http.close()
    assert server.served().statuses == {0: 1}
