"""The OpenAI-compatible LLM, against a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import BaseModel

from graphmem.core.chat import ChatMessage, ask
from graphmem.errors import CompletionFailed, InvalidInput
from graphmem.memory import Memory
from graphmem.models.llm.openai_chat import OpenAIChat
from graphmem.models.loading import LazyModels
from graphmem.testing.llm import FakeLLM

KEY = "sk-very-secret-0123456789"
QUESTION = [ChatMessage("user", "Say a \ud800.")]


class Word(BaseModel):
    word: str = ""


class Server(ThreadingHTTPServer):
    """Says {"word": "a"}; refuses the forms of answer that it does not know."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.forms = {"json_schema", "json_object", None}
        self.replies: list[tuple[int, dict[str, Any]]] = []
        self.requests: list[dict[str, Any]] = []

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(request)
        form = request.get("response_format", {}).get("type")
        if form not in self.forms:
            return 400, {"error": {"message": f"unknown response_format {form}", "type": "error"}}
        return self.replies.pop(0) if self.replies else (200, reply('```json\n{"word": "a"}\n```'))


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        status, body = self.server.answer(
            json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        )
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: object) -> None:
        pass


def reply(text: str | None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "1", "object": "chat.completion", "created": 0, "model": "tiny",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
    }  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def connect(server: Server) -> OpenAIChat:
    return OpenAIChat("tiny", f"http://127.0.0.1:{server.server_address[1]}/v1", KEY)


def forms(server: Server) -> list[str | None]:
    return [request.get("response_format", {}).get("type") for request in server.requests]


def test_a_strict_schema_is_asked_for(server: Server) -> None:
    assert ask(connect(server).complete, QUESTION, Word).value.word == "a"
    (request,) = server.requests
    form = request["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["required"] == ["word"]
    assert request["messages"] == [{"role": "user", "content": "Say a ?."}]


def test_what_a_server_does_not_know_is_asked_for_once(server: Server) -> None:
    server.forms = {"json_object"}
    llm = connect(server)
    for _ in range(2):
        assert ask(llm.complete, QUESTION, Word).value.word == "a"
    assert forms(server) == ["json_schema", "json_object", "json_object"]
    assert '"word"' in server.requests[-1]["messages"][-1]["content"]


def test_a_server_that_knows_no_form_is_asked_for_a_fenced_block(server: Server) -> None:
    server.forms = {None}
    assert ask(connect(server).complete, QUESTION, Word).value.word == "a"
    assert forms(server) == ["json_schema", "json_object", None]
    assert "```json" in server.requests[-1]["messages"][-1]["content"]


def test_a_lasting_failure_can_be_tried_again_and_keeps_the_key(server: Server) -> None:
    server.replies = [(500, {"error": {"message": f"no, {KEY}"}})] * 10
    with pytest.raises(CompletionFailed, match=r"no, \*\*\*") as caught:
        connect(server).complete(QUESTION, {})
    assert caught.value.retryable
    assert len(server.requests) == 1
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_the_callers_error(server: Server, status: int) -> None:
    server.replies = [(status, {"error": {"message": f"The model is not there, {KEY}"}})] * 10
    with pytest.raises(InvalidInput) as caught:
        connect(server).complete(QUESTION, {})
    assert len(server.requests) == 1
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("body", [reply(None), reply(""), {"choices": []}, {}])
def test_an_answer_without_words_is_a_failure(server: Server, body: dict[str, Any]) -> None:
    server.replies = [(200, body)]
    with pytest.raises(CompletionFailed):
        connect(server).complete(QUESTION, {})


def test_a_memory_takes_a_name_or_an_object_and_loads_nothing_before() -> None:
    llm = FakeLLM()
    assert LazyModels(llm=llm).llm is llm
    assert LazyModels().llm is None
    Memory("memory://", llm="openai:tiny").close()
    for wrong in ("openai", "gpt-4", "openai:", 7):
        with pytest.raises(InvalidInput, match="openai:<model>"):
            Memory("memory://", llm=wrong)  # type: ignore[arg-type]
