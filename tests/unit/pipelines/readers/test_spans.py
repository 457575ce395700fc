"""Traces with GenAI attributes → runs: every message once, every call with its answer."""

from __future__ import annotations

import json
from typing import Any

START = 1_700_000_000_000_000_000
SECOND = 1_000_000_000


def value(of: Any) -> dict[str, Any]:
    if isinstance(of, bool):
        return {"boolValue": of}
    if isinstance(of, int):
        return {"intValue": str(of)}
    if isinstance(of, dict):
        return {"kvlistValue": {"values": attributes(of)}}
    if isinstance(of, list):
        return {"arrayValue": {"values": [value(item) for item in of]}}
    return {"stringValue": of}


def attributes(of: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value(item)} for name, item in of.items()]


def span(uid: str, start: int, end: int, of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"traceId": "t1", "spanId": uid, "parentSpanId": "root", "name": uid,
            "startTimeUnixNano": str(START + start * SECOND),
            "endTimeUnixNano": str(START + end * SECOND),
            "attributes": attributes(of), **more}  # fmt: skip


def otlp(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": list(spans)}]}]}


def words(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


CALL = {"role": "assistant", "parts": [
    {"type": "tool_call", "id": "k", "name": "weather",
     "arguments": {"city": "Rome"}}]}  # fmt: skip
ANSWER = {"role": "tool", "parts": [
    {"type": "tool_call_response", "id": "k", "response": "sunny"}]}  # fmt: skip
ASK = words("user", "What is the weather in Rome?")
END = words("assistant", "It is sunny.")


def chat(uid: str, start: int, said: list[Any], answered: list[Any], *, text: bool) -> Any:
    def put(rows: list[Any]) -> Any:
        return json.dumps(rows) if text else rows

    return span(uid, start, start + 1, {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": put(said), "gen_ai.output.messages": put(answered),
    })  # fmt: skip


def trace(*, text: bool = True) -> list[dict[str, Any]]:
    root = span("root", 0, 9, {"gen_ai.operation.name": "invoke_agent",
                               "gen_ai.agent.name": "Guide"})  # fmt: skip
    root.pop("parentSpanId")
    tool = span("tool", 2, 3, {
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather",
        "gen_ai.tool.call.id": "k", "gen_ai.tool.call.arguments": '{"city": "Rome"}',
        "gen_ai.tool.call.result": "sunny",
    })  # fmt: skip
    return [
        root,
        chat("one", 1, [ASK], [CALL], text=text),
        tool,
        chat("two", 4, [ASK, CALL, ANSWER], [END], text=text),
        span("http", 1, 2, {"http.method": "POST"}),
    ]


def steps(content: Any) -> list[tuple[str, str | None, str]]:
    return [(s["action"], s.get("observation"), s["agent"]) for s in content.run["steps"]]


WANTED = [('weather(city="Rome")', "sunny", "Guide"), ("It is sunny.", None, "Guide")]


def test_a_trace_is_a_run_in_which_nothing_is_said_twice(tree: Any) -> None:
    tree.write("text.json", otlp(*trace()))
    tree.write("values.json", otlp(*trace(text=False)))
    for content in tree.contents():
        assert content.run["task"] == "What is the weather in Rome?"
        assert steps(content) == WANTED
        assert content.run["at"].startswith("2023-11-14T22:13:20")
        assert content.run["outcome"] == "unknown"


def test_spans_of_a_trace_are_gathered_from_all_lines(tree: Any) -> None:
    other = {**chat("x", 1, [words("user", "Hi")], [words("assistant", "Hello")], text=True),
             "traceId": "t2"}  # fmt: skip
    first, second, *rest = trace()
    tree.lines("a.jsonl", [otlp(*rest), otlp(other), otlp(second), otlp(first)])
    run, conversation = tree.contents()
    assert run.name == "root/a.jsonl#t1"
    assert steps(run) == WANTED
    assert conversation.name == "root/a.jsonl#t2"
    assert [message.text for message in conversation.messages] == ["Hi", "Hello"]


def test_spans_as_the_sdk_prints_them_are_read(tree: Any) -> None:
    tree.lines("a.jsonl", [
        {"name": "chat", "context": {"trace_id": "0x1", "span_id": "0x2"}, "parent_id": None,
         "start_time": "2024-01-01T00:00:00.000000Z", "end_time": "2024-01-01T00:00:01.000000Z",
         "status": {"status_code": "UNSET"},
         "attributes": {"gen_ai.operation.name": "chat",
                        "gen_ai.input.messages": json.dumps([ASK]),
                        "gen_ai.output.messages": json.dumps([END])}, "events": []},
        {"name": "chat", "context": {"trace_id": "0x9", "span_id": "0x2"}, "attributes": {}},
    ])  # fmt: skip
    assert [m.text for m in tree.content().messages] == [
        "What is the weather in Rome?", "It is sunny.",
    ]  # fmt: skip


def test_messages_in_events_and_numbered_attributes_are_read(tree: Any) -> None:
    events = [
        {"name": "gen_ai.user.message", "attributes": attributes({"content": "Hi"})},
        {"name": "gen_ai.choice",
         "attributes": attributes({"message": '{"role": "assistant", "content": "Hello"}'})},
    ]  # fmt: skip
    tree.write("events.json", otlp(span("a", 0, 1, {"gen_ai.system": "x"}, events=events)))
    tree.write("numbered.json", otlp(span("a", 0, 1, {
        "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hi",
        "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "Hello",
    })))  # fmt: skip
    for content in tree.contents():
        assert [(m.speaker, m.text) for m in content.messages] == [
            ("user", "Hi"), ("assistant", "Hello"),
        ]  # fmt: skip


def test_a_tool_that_failed_and_a_run_that_failed_say_so(tree: Any) -> None:
    spans = trace()
    spans[0]["status"] = {"code": 2}
    spans[2]["status"] = {"code": 2}
    spans[2]["attributes"] = attributes({
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather",
        "gen_ai.tool.call.id": "k", "error.type": "TimeoutError",
    })  # fmt: skip
    tree.write("a.json", otlp(*spans))
    content = tree.content()
    assert content.run["outcome"] == "failure"
    assert content.run["steps"][0]["reward"] == -1.0
    assert content.run["steps"][0]["observation"] == "TimeoutError"


def test_the_same_words_said_twice_are_kept_twice(tree: Any) -> None:
    yes, go = words("user", "yes"), words("assistant", "Shall I go on?")
    tree.write("a.json", otlp(
        chat("one", 1, [ASK], [go], text=True),
        chat("two", 3, [ASK, go, yes], [go], text=True),
        chat("three", 5, [ASK, go, yes, go, yes], [END], text=True),
    ))  # fmt: skip
    assert [m.text for m in tree.content().messages] == [
        "What is the weather in Rome?", "Shall I go on?", "yes", "Shall I go on?", "yes",
        "It is sunny.",
    ]  # fmt: skip


def test_spans_without_messages_say_how_to_capture_them(tree: Any) -> None:
    tree.write("a.json", otlp(span("a", 0, 1, {"gen_ai.operation.name": "chat"})))
    (problem,) = tree.problems().values()
    assert "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT" in problem


def test_a_trace_of_other_things_holds_nothing(tree: Any) -> None:
    tree.write("a.json", otlp(span("a", 0, 1, {"http.method": "GET"})))
    assert "holds no text" in tree.problems()["root/a.json"]


def test_spans_that_are_their_own_parents_end(tree: Any) -> None:
    odd = chat("a", 0, [ASK], [END], text=True)
    odd["parentSpanId"] = "a"
    tree.write("a.json", otlp(odd))
    assert len(tree.content().messages) == 2
