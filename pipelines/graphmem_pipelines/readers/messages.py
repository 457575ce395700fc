"""Messages of OpenAI, Anthropic, LangChain and OpenTelemetry → what was said and called."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.said import Call, Said

__all__ = ["is_langchain", "is_message", "read_messages"]

_ROLES = {
    "human": "user", "ai": "assistant", "aimessagechunk": "assistant", "chat": "assistant",
    "humanmessage": "user", "aimessage": "assistant", "systemmessage": "system",
    "toolmessage": "tool", "functionmessage": "tool", "function": "tool",
}  # fmt: skip
_LANGCHAIN_TYPES = frozenset(
    ("human", "ai", "system", "tool", "function", "chat", "AIMessageChunk")
)
_TEXT_TYPES = frozenset(("text", "input_text", "output_text", "refusal"))
_CALL_TYPES = frozenset(("tool_use", "tool_call", "function_call"))
_ANSWER_TYPES = frozenset(("tool_result", "tool_call_response", "function_call_output"))
_TIMES = ("at", "timestamp", "created_at", "create_time", "created", "time", "date")


def is_message(value: object) -> bool:
    """Whether it is a message of a chat, or a call or answer of OpenAI's Responses."""
    if not isinstance(value, Mapping):
        return False
    has_role = isinstance(value.get("role"), str)
    says = any(name in value for name in ("content", "parts", "tool_calls", "function_call"))
    return (has_role and says) or value.get("type") in ("function_call", "function_call_output")


def is_langchain(value: object) -> bool:
    """Whether it is a message as LangChain writes them, in any of its three ways."""
    if not isinstance(value, Mapping):
        return False
    if value.get("lc") and value.get("type") == "constructor":
        return isinstance(value.get("kwargs"), Mapping)
    kind, inner = value.get("type"), value.get("data", value)
    known = isinstance(kind, str) and kind in _LANGCHAIN_TYPES
    return known and isinstance(inner, Mapping) and "content" in inner


def read_messages(values: Sequence[Any]) -> list[Said]:
    """Return what the messages say; what is no message is passed over."""
    return [
        said for value in values if isinstance(value, Mapping) for said in _read(_unwrapped(value))
    ]


def _unwrapped(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message of LangChain with its fields on top, others as they are."""
    if value.get("lc") and isinstance(value.get("kwargs"), Mapping):
        kind = value["id"][-1] if isinstance(value.get("id"), list) and value["id"] else ""
        return {"type": str(kind), **value["kwargs"]}
    if is_langchain(value) and isinstance(value.get("data"), Mapping):
        return {**value["data"], "type": value["type"]}
    return value


def _read(value: Mapping[str, Any]) -> Iterator[Said]:
    kind = value.get("type")
    if kind == "function_call":
        yield Said("assistant", calls=(_call(value),), at=_at(value))
        return
    if kind == "function_call_output":
        yield _answer(value, value)
        return
    said = str(value.get("role") or kind or "user")
    role = _ROLES.get(said.lower(), said)
    parts = _parts(value)
    calls = [_call(part) for part in parts if str(part.get("type")) in _CALL_TYPES]
    listed = value.get("tool_calls")
    calls += [
        _call(c) for c in (listed if isinstance(listed, list) else ()) if isinstance(c, Mapping)
    ]
    if isinstance(value.get("function_call"), Mapping):
        calls.append(_call({**value["function_call"], "id": value["function_call"].get("name")}))
    for part in parts:
        if str(part.get("type")) in _ANSWER_TYPES:
            yield _answer(part, value)
    text = "\n".join(filter(None, map(_text, parts)))
    answers = _answered(role, value)
    # Several parts of one message may repeat a call that is in `tool_calls`, too.
    unique = tuple({call.uid or str(at): call for at, call in enumerate(calls)}.values())
    if text or unique or answers is not None:
        name = value.get("name")
        yield Said(
            role, text, str(name) if name and answers is None else None, unique, answers,
            failed=value.get("status") == "error", at=_at(value), ref=_ref(value),
        )  # fmt: skip


def _parts(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = value.get("parts") if isinstance(value.get("parts"), list) else value.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if isinstance(content, Mapping):
        content = [content]
    found = content if isinstance(content, list) else []
    return [
        {"type": "text", "text": part} if isinstance(part, str) else part
        for part in found
        if isinstance(part, str | Mapping)
    ]


def _text(part: Mapping[str, Any]) -> str:
    if str(part.get("type", "text")) not in _TEXT_TYPES:
        return ""
    said = part.get("text") or part.get("content") or part.get("refusal")
    return said if isinstance(said, str) else ""


def _call(value: Mapping[str, Any]) -> Call:
    inner = value.get("function")
    inner = inner if isinstance(inner, Mapping) else value
    arguments = next(
        (inner[name] for name in ("arguments", "args", "input") if name in inner), None
    )
    uid = value.get("call_id") or value.get("id") or ""
    return Call(str(uid), str(inner.get("name") or "tool"), arguments)


def _answered(role: str, value: Mapping[str, Any]) -> str | None:
    if role != "tool":
        return None
    return str(value.get("tool_call_id") or value.get("name") or "")


def _answer(part: Mapping[str, Any], value: Mapping[str, Any]) -> Said:
    uid = part.get("tool_use_id") or part.get("call_id") or part.get("id") or ""
    result = next(
        (part[name] for name in ("content", "response", "result", "output") if name in part), ""
    )
    failed = bool(part.get("is_error"))
    return Said("tool", _plain(result), answers=str(uid), failed=failed, at=_at(value))


def _plain(result: Any) -> str:
    if isinstance(result, str):
        return result
    if isinstance(result, list):
        texts = [_text(part) for part in result if isinstance(part, Mapping)]
        if any(texts):
            return "\n".join(filter(None, texts))
    return json.dumps(result, ensure_ascii=False)


def _at(value: Mapping[str, Any]) -> Any:
    return next(
        (moment for moment in (read_moment(value.get(name)) for name in _TIMES) if moment), None
    )


def _ref(value: Mapping[str, Any]) -> str | None:
    uid = value.get("id")
    return uid if isinstance(uid, str) and uid else None
