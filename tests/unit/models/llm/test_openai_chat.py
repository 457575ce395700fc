"""One attempt over a real connection: what is asked for, and what comes of the answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from graphmem.core.chat import ChatMessage, ask
from graphmem.errors import CompletionFailed, InvalidInput
from graphmem.models.llm.calls import Call, CallFailed, Failure
from graphmem.models.llm.openai_chat import OpenAIChat
from graphmem.testing.llm_faults import Fault, Faults
from graphmem.testing.llm_protocol import Demands
from graphmem.testing.llm_server import LLMServer

KEY = "sk-very-secret-0123456789"
QUESTION = [ChatMessage("user", "Say a \ud800.")]
CALL = Call(tuple(QUESTION), {"type": "object"})


class Word(BaseModel):
    word: str = ""


class Asked:
    """Answers a word, and remembers what it was asked."""

    def __init__(self) -> None:
        self.messages: list[list[dict[str, Any]]] = []

    def __call__(self, messages: list[dict[str, Any]]) -> str:
        self.messages.append(messages)
        return '```json\n{"word": "a"}\n```'


@pytest.fixture
def server() -> Iterator[LLMServer]:
    with LLMServer(Asked(), demands=Demands(api_key=KEY)) as server:
        yield server


def connect(server: LLMServer, key: str = KEY, **options: Any) -> OpenAIChat:
    return OpenAIChat("tiny", server.url, key, **options)


def fault(kind: Fault, **more: Any) -> Faults:
    return Faults(share=1.0, kinds=(kind,), **more)


def test_a_strict_schema_is_asked_for(server: LLMServer) -> None:
    chat = connect(server, max_tokens=20)
    assert ask(chat.complete, QUESTION, Word).value.word == "a"
    (body,) = server.bodies
    form = body["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["required"] == ["word"]
    assert body["messages"] == [{"role": "user", "content": "Say a ?."}]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("tiny", 0.0, 20)


@pytest.mark.parametrize(
    ("forms", "asked"),
    [
        (("json_object",), ["json_schema", "json_object", "json_object"]),
        (("text",), ["json_schema", "json_object", None, None]),
    ],
)
def test_a_form_that_a_server_does_not_know_is_asked_for_once(
    server: LLMServer, forms: tuple[str, ...], asked: list[str | None]
) -> None:
    server.demands = Demands(forms=forms)
    chat = connect(server)
    for _ in range(2):
        assert ask(chat.complete, QUESTION, Word).value.word == "a"
    assert [b.get("response_format", {}).get("type") for b in server.bodies] == asked
    last = server.bodies[-1]["messages"][-1]["content"]
    assert '"word"' in last
    assert ("```json" in last) is (forms == ("text",))


def test_other_words_that_a_server_does_not_know_are_left_out(server: LLMServer) -> None:
    server.demands = Demands(unknown=("temperature", "max_tokens"))
    chat = connect(server, max_tokens=20)
    for _ in range(2):
        assert ask(chat.complete, QUESTION, Word).value.word == "a"
    assert len(server.bodies) == 4
    last = server.bodies[-1]
    assert "temperature" not in last
    assert "max_tokens" not in last
    assert last["max_completion_tokens"] == 20
    assert last["response_format"]["type"] == "json_schema"


def test_a_server_that_knows_no_limit_is_told_none(server: LLMServer) -> None:
    server.demands = Demands(unknown=("max_tokens", "max_completion_tokens"))
    connect(server, max_tokens=20).complete(QUESTION, {})
    assert not {"max_tokens", "max_completion_tokens"} & set(server.bodies[-1])


def test_an_answer_ends_at_its_limit(server: LLMServer) -> None:
    server.answer = lambda _: "word " * 100
    assert len(connect(server, max_tokens=10).complete(QUESTION, {})) == 40


def test_the_servers_count_is_taken_and_else_the_estimate(server: LLMServer) -> None:
    told = connect(server).answer(CALL)
    assert told.counted
    assert told.usage == server.served().usage
    server.demands = Demands(says_usage=False)
    estimated = connect(server).answer(CALL)
    assert not estimated.counted
    assert estimated.usage == told.usage


def test_a_wrong_key_is_the_callers_error_and_stays_secret(server: LLMServer) -> None:
    wrong = "sk-wrong-but-secret-987654"
    with pytest.raises(InvalidInput, match="refuses the API key") as caught:
        connect(server, wrong).complete(QUESTION, {})
    assert wrong not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_unknown_model_is_the_callers_error(server: LLMServer) -> None:
    server.demands = Demands(models=("other",))
    with pytest.raises(InvalidInput, match="`tiny` does not exist"):
        connect(server).complete(QUESTION, {})
    assert server.served().n_requests == 1


@pytest.mark.parametrize(
    ("kind", "failure", "says"),
    [
        (Fault.RATE_LIMIT, Failure.THROTTLED, "too many requests"),
        (Fault.RATE_LIMIT_BARE, Failure.THROTTLED, "too many requests"),
        (Fault.SERVER_ERROR, Failure.DOWN, "had an error"),
        (Fault.NOT_JSON, Failure.DOWN, "JSON"),
        (Fault.DROPPED, Failure.UNSURE, "gave no answer"),
        (Fault.SLOW, Failure.UNSURE, "timed out"),
        (Fault.EMPTY, Failure.UNUSABLE, "an empty message"),
        (Fault.REFUSAL, Failure.UNUSABLE, "refuses to answer: I cannot help"),
    ],
)
def test_every_fault_has_its_meaning(
    server: LLMServer, kind: Fault, failure: Failure, says: str
) -> None:
    server.faults = fault(kind, slow_s=30.0, retry_after_s=0.5)
    with pytest.raises(CallFailed, match=says) as caught:
        connect(server, timeout_s=0.2 if kind is Fault.SLOW else 30.0).answer(CALL)
    assert caught.value.failure is failure
    assert isinstance(caught.value.error, CompletionFailed)
    assert caught.value.retry_after_s == (0.5 if kind is Fault.RATE_LIMIT else None)
    billed = server.served().usage if failure is Failure.UNUSABLE else None
    assert caught.value.usage == billed
    assert server.served().n_requests == 1


def test_an_answer_in_drips_is_taken_where_it_comes_in_time(server: LLMServer) -> None:
    server.faults = fault(Fault.DRIP, slow_s=0.1)
    assert connect(server).complete(QUESTION, {}).startswith("```json")
    server.faults = fault(Fault.DRIP, slow_s=30.0)
    with pytest.raises(CallFailed, match=r"took over|broke off|gave no") as caught:
        connect(server, timeout_s=0.2).answer(CALL)
    assert caught.value.failure is Failure.UNSURE


def test_an_answer_without_an_end_is_left(
    server: LLMServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.models.llm.openai_chat._MAX_BODY_BYTES", 1000)
    server.answer = lambda _: "word " * 1000
    with pytest.raises(CallFailed, match="sends over 1,000 bytes") as caught:
        connect(server).answer(CALL)
    assert caught.value.failure is Failure.UNUSABLE


def test_an_answer_that_breaks_off_may_have_been_billed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def break_off() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

        thread = threading.Thread(target=break_off, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        with pytest.raises(CallFailed, match="broke off its answer") as caught:
            OpenAIChat("tiny", url, KEY).answer(CALL)
        thread.join(10)
    assert caught.value.failure is Failure.UNSURE


def test_a_server_that_is_not_there_never_got_the_call() -> None:
    with LLMServer(Asked()) as gone:
        url = gone.url
    with pytest.raises(CallFailed) as caught:
        OpenAIChat("tiny", url, KEY).answer(CALL)
    assert caught.value.failure is Failure.DOWN


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ({}, Failure.UNUSABLE),
        ({"choices": []}, Failure.UNUSABLE),
        ({"choices": [None]}, Failure.UNUSABLE),
        ({"choices": [{"message": None}]}, Failure.UNUSABLE),
        ({"choices": [{"message": {"content": ["a"]}}]}, Failure.UNUSABLE),
        ({"choices": [{"message": {"content": " \n"}}]}, Failure.UNUSABLE),
        ({"error": {"code": 502, "message": f"upstream: {KEY}"}}, Failure.DOWN),
        ([], Failure.DOWN),
        ("no", Failure.DOWN),
    ],
)
def test_bodies_that_are_no_answers_are_failures(
    server: LLMServer, body: Any, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.testing.llm_server.completion", lambda *_: body)
    with pytest.raises(CallFailed) as caught:
        connect(server).answer(CALL)
    assert caught.value.failure is failure
    assert KEY not in str(caught.value)


def test_thoughts_that_take_all_tokens_are_told_apart(
    server: LLMServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"choices": [{"message": {"content": ""}, "finish_reason": "length"}]}
    monkeypatch.setattr("graphmem.testing.llm_server.completion", lambda *_: body)
    with pytest.raises(CompletionFailed, match="give a higher max_tokens"):
        connect(server).complete(QUESTION, {})


def test_the_identity_names_no_secret() -> None:
    chat = OpenAIChat("tiny", "http://user:pass@host:1/v1?key=hidden", KEY)
    assert chat.identity.startswith("http://host:1/v1 tiny ")
    for secret in (KEY, "pass", "user", "hidden"):
        assert secret not in chat.identity
