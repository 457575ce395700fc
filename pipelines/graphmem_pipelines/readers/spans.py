"""Spans of OpenTelemetry with GenAI attributes → what an agent was asked, said, and called."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import Content
from graphmem_pipelines.readers.messages import read_messages
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.said import Call, Said, Told, from_said

__all__ = ["from_spans", "is_trace", "spans_of"]

_PREFIX = "gen_ai."
_INDEXED = re.compile(r"^gen_ai\.(prompt|completion)\.(\d+)\.(role|content)$")
_EVENT = re.compile(r"^gen_ai\.(user|system|assistant|tool)\.message$|^gen_ai\.choice$")
_CAPTURE = (
    "its spans carry no messages: let them be captured "
    "(OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY, or true in old versions)"
)
_MAX_ANCESTORS = 100


def is_trace(value: object) -> bool:
    """Whether it is OTLP as JSON, or a span as the SDK prints it."""
    if not isinstance(value, Mapping):
        return False
    if "resourceSpans" in value or "resource_spans" in value:
        return True
    context = value.get("context")
    return isinstance(context, Mapping) and "trace_id" in context and "attributes" in value


def spans_of(value: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield trace and span, flat, of those that tell of models, agents and their tools."""
    for span in _raw_spans(value):
        attributes = _attributes(span.get("attributes"))
        context = _mapping(span.get("context"))
        events = [
            {"name": event.get("name"), "attributes": _attributes(event.get("attributes"))}
            for event in _list(span.get("events"))
            if isinstance(event, Mapping)
        ]
        status = _mapping(span.get("status"))
        code = str(status.get("code", status.get("status_code")))
        if not any(name.startswith(_PREFIX) for name in attributes):
            continue
        yield (
            str(span.get("traceId") or context.get("trace_id") or ""),
            {
                "id": str(span.get("spanId") or context.get("span_id")),
                "parent": str(span.get("parentSpanId") or span.get("parent_id")),
                "start": _moment(span, "startTimeUnixNano", "start_time"),
                "end": _moment(span, "endTimeUnixNano", "end_time"),
                "failed": code in ("2", "STATUS_CODE_ERROR", "ERROR"),
                "attributes": attributes,
                "events": events,
            },
        )


def from_spans(name: str, spans: Sequence[Mapping[str, Any]]) -> Content:
    """Return the run that the spans of one trace tell of; a conversation where no tool is.

    Every call of a model repeats what was said before: each message is taken once.

    Raises:
        InvalidInput: The spans carry no messages, or nobody asked for anything.
    """
    # Who calls ends after what was called: by their ends all stand as they happened.
    ordered = sorted(spans, key=lambda span: (span["end"] or "", span["start"] or ""))
    story = _Story(ordered)
    for span in ordered:
        story.hear(span)
    if not story.said:
        raise InvalidInput(_CAPTURE)
    first = min((span["start"] for span in spans if span["start"]), default=None)
    uids = {span["id"] for span in spans}
    failed = any(span["failed"] for span in spans if span["parent"] not in uids)
    told = Told(outcome="failure" if failed else "unknown", at=read_moment(first))
    return from_said(name, story.said, told)


class _Story:
    """What was said so far, each message once."""

    def __init__(self, spans: Sequence[Mapping[str, Any]]) -> None:
        self.said: list[Said] = []
        self._by_uid = {span["id"]: span for span in spans}
        self._times: Counter[tuple[str, str]] = Counter()
        self._called: set[str] = set()
        self._answered: set[str] = set()

    def hear(self, span: Mapping[str, Any]) -> None:
        """Add what a span tells that is new."""
        attributes = span["attributes"]
        agent, at = self._agent(span), read_moment(span["end"])
        if attributes.get("gen_ai.operation.name") == "execute_tool":
            self._hear_tool(span, agent)
            return
        times: Counter[tuple[str, str]] = Counter()
        for said in _messages(span):
            identity = (said.role, said.text)
            times[identity] += 1
            if said.text and said.answers is None and times[identity] <= self._times[identity]:
                said = replace(said, text="")
            named = said.name or (agent if said.role == "assistant" else None)
            self._add(replace(said, name=named, at=said.at or at))
        self._times |= times

    def _hear_tool(self, span: Mapping[str, Any], agent: str | None) -> None:
        attributes = span["attributes"]
        uid = str(attributes.get("gen_ai.tool.call.id") or span["id"])
        name = str(attributes.get("gen_ai.tool.name") or "tool")
        call = Call(uid, name, _loaded(attributes.get("gen_ai.tool.call.arguments")))
        self._add(Said("assistant", name=agent, calls=(call,), at=read_moment(span["start"])))
        result = attributes.get("gen_ai.tool.call.result")
        if result is None and not span["failed"]:
            return
        text = str(attributes.get("error.type") or "failed") if result is None else result
        text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        self._add(
            Said("tool", text, answers=uid, failed=span["failed"], at=read_moment(span["end"]))
        )

    def _add(self, said: Said) -> None:
        calls = tuple(call for call in said.calls if call.uid not in self._called)
        self._called |= {call.uid for call in calls}
        if said.answers is not None:
            if said.answers in self._answered:
                return
            self._answered.add(said.answers)
        if said.text or calls or said.answers is not None:
            self.said.append(replace(said, calls=calls))

    def _agent(self, span: Mapping[str, Any]) -> str | None:
        """Return the agent that a span is of, or the nearest one around it."""
        at: Mapping[str, Any] | None = span
        for _ in range(_MAX_ANCESTORS):
            if at is None:
                break
            name = at["attributes"].get("gen_ai.agent.name")
            if name:
                return str(name)
            at = self._by_uid.get(at["parent"])
        return None


def _messages(span: Mapping[str, Any]) -> list[Said]:
    """Return the messages of a span, wherever its version of the conventions puts them."""
    places = [span["attributes"], *(event["attributes"] for event in span["events"])]
    rows: list[Any] = []
    for name in ("gen_ai.input.messages", "gen_ai.output.messages"):
        for place in places:
            found = _loaded(place.get(name))
            rows += found if isinstance(found, list) else []
    if not rows:
        rows = [row for event in span["events"] if (row := _of_event(event))]
    return read_messages(rows or _indexed(span["attributes"]))


def _of_event(event: Mapping[str, Any]) -> dict[str, Any] | None:
    match = _EVENT.match(str(event["name"]))
    if match is None:
        return None
    row = {name: _loaded(value) for name, value in event["attributes"].items()}
    inner = row.get("message")
    if isinstance(inner, Mapping):
        row = {**row, **inner}
    return {"role": match[1] or "assistant", **row}


def _indexed(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: dict[tuple[bool, int], dict[str, Any]] = {}
    for name, value in attributes.items():
        match = _INDEXED.match(name)
        if match:
            place = (match[1] == "completion", int(match[2]))
            rows.setdefault(place, {"role": "assistant" if place[0] else "user"})[match[3]] = value
    return [row for _, row in sorted(rows.items(), key=lambda item: item[0])]


def _raw_spans(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "context" in value:
        yield value
        return
    for resource in _list(value.get("resourceSpans") or value.get("resource_spans")):
        resource = _mapping(resource)
        for scope in _list(resource.get("scopeSpans") or resource.get("scope_spans")):
            yield from (
                span for span in _list(_mapping(scope).get("spans")) if isinstance(span, Mapping)
            )


def _attributes(found: Any) -> dict[str, Any]:
    if isinstance(found, Mapping):
        return {str(name): value for name, value in found.items()}
    return {
        str(pair.get("key")): _value(pair.get("value"))
        for pair in _list(found)
        if isinstance(pair, Mapping)
    }


def _value(value: Any) -> Any:
    """Return what an AnyValue of OTLP holds; it is never nested deeper than JSON is."""
    if not isinstance(value, Mapping) or not value:
        return None
    kind, inner = next(iter(value.items()))
    if kind == "arrayValue":
        return [_value(item) for item in _list(_mapping(inner).get("values"))]
    if kind == "kvlistValue":
        return _attributes(_mapping(inner).get("values"))
    return inner


def _loaded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _moment(span: Mapping[str, Any], *names: str) -> str | None:
    said = next((span[name] for name in names if span.get(name)), None)
    moment = read_moment(said)
    return moment.isoformat(timespec="microseconds") if moment else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
