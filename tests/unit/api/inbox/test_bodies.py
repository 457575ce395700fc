"""Bodies are checked whole, and become writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem_api.inbox.bodies import Body, parsed, schema_of, write_of
from graphmem_api.problems import Problem
from graphmem_pipelines.ledger.writes import Write
from graphmem_schemas.writes import ExtractedBody, MemoriesBody, RunBody


def write(model: type[Body], body: Any, most: int = 1_000) -> Write:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return write_of(parsed(raw, model), "s", None, most, alone=False)


@pytest.mark.parametrize(
    ("model", "body", "kinds"),
    [
        (MemoriesBody, {"text": "Alice.", "at": "2024-01-01", "trust": 0.5}, ["text"]),
        (MemoriesBody, {"messages": [{"role": "user", "content": "Hi."}]}, ["messages"]),
        (MemoriesBody, {"documents": [{"text": "A."}, {"text": "B."}]}, ["document"] * 2),
        (MemoriesBody, {"conversations": [{"messages": [{"text": "A."}]}] * 2}, ["messages"] * 2),
        (RunBody, {"task": "t", "steps": [{"action": "a"}], "outcome": 0.7}, ["run"]),
        (RunBody, {"task": "t", "steps": [{"action": "a"}], "outcome": True}, ["run"]),
        (ExtractedBody, {"passages": [{"id": "p", "text": "A."}]}, ["extracted"]),
    ],
)
def test_what_can_be_used_becomes_items(
    model: type[Body], body: dict[str, Any], kinds: list[str]
) -> None:
    assert [item.kind for item in write(model, body).items] == kinds


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (MemoriesBody, b""),
        (MemoriesBody, b"{"),
        (MemoriesBody, b"[]"),
        (MemoriesBody, b"null"),
        (MemoriesBody, b'{"text": "\xff"}'),
        (MemoriesBody, b'{"text": "\\ud800"}'),
        (MemoriesBody, b"[" * 100_000),
        (MemoriesBody, b'{"text": {"a":' * 50_000),
        (MemoriesBody, {}),
        (MemoriesBody, {"text": "a", "documents": [{"text": "b"}]}),
        (MemoriesBody, {"text": "a", "unknown": 1}),
        (MemoriesBody, {"text": 5}),
        (MemoriesBody, {"text": "\u200b"}),
        (MemoriesBody, {"text": "a\u0000b"}),
        (MemoriesBody, {"text": "a", "at": "yesterday"}),
        (MemoriesBody, {"text": "a", "at": 5}),
        (MemoriesBody, {"text": "a", "trust": 1.5}),
        (MemoriesBody, {"text": "a", "source": "\n"}),
        (MemoriesBody, {"documents": [{"text": "a"}, {"text": " "}]}),
        (MemoriesBody, {"documents": [{"text": "a"}, {"text": "b"}], "source": "s"}),
        (MemoriesBody, {"messages": []}),
        (MemoriesBody, {"conversations": []}),
        (MemoriesBody, {"conversations": [{"messages": []}]}),
        (MemoriesBody, {"conversations": [{"messages": [{"text": "a"}], "source": "c"}] * 2}),
        (MemoriesBody, {"conversations": [{"messages": [{"text": "a"}]}], "text": "b"}),
        (MemoriesBody, {"conversations": [{"messages": [{"text": "a"}]}] * 2, "source": "s"}),
        (RunBody, {"task": " ", "steps": [{"action": "a"}], "outcome": True}),
        (RunBody, {"task": "t", "steps": [{"action": " "}], "outcome": True}),
        (RunBody, {"task": "t", "steps": [{"action": "a"}], "outcome": "maybe"}),
        (RunBody, {"task": "t", "steps": [{"action": "a", "agent": "x"}], "agents": ["y"],
                   "outcome": True}),
        (ExtractedBody, {"passages": []}),
        (ExtractedBody, {"passages": [{"id": "p", "text": ""}]}),
        (ExtractedBody, {"passages": [{"id": "p", "text": "a"}], "extractions": "none"}),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_a_sentence(model: type[Body], body: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        write(model, body)
    assert 10 < len(str(refused.value)) < 400


def test_a_text_that_is_too_long_is_refused_wherever_it_stands() -> None:
    long = "a" * 1_001
    for model, body in (
        (MemoriesBody, {"text": long}),
        (MemoriesBody, {"messages": [{"text": long}]}),
        (MemoriesBody, {"documents": [{"text": "a"}, {"text": long}]}),
        (MemoriesBody, {"conversations": [{"messages": [{"text": "a"}, {"text": long}]}]}),
        (RunBody, {"task": "t", "steps": [["a", long]], "outcome": True}),
        (ExtractedBody, {"passages": [{"id": "p", "text": long}]}),
    ):
        if model is RunBody:
            body = {"task": "t", "steps": [{"action": "a", "result": long}], "outcome": True}
        with pytest.raises(Problem) as refused:
            write(model, body)
        assert refused.value.status == 413


def test_the_same_said_otherwise_has_the_same_digest() -> None:
    one = write(MemoriesBody, b'{"text": "A.", "source": "n"}')
    other = write(MemoriesBody, b'{"source":"n","text":"\\u0041."}')
    assert one.digest == other.digest
    assert one.digest != write(MemoriesBody, {"text": "B.", "source": "n"}).digest


@pytest.mark.parametrize("model", [MemoriesBody, RunBody, ExtractedBody])
def test_a_field_that_is_none_is_told_with_those_that_are(model: type[Body]) -> None:
    # What lacks is told before what is too much.
    complete: dict[type[Body], dict[str, object]] = {
        MemoriesBody: {"text": "Alice."},
        RunBody: {"task": "t", "steps": [{"action": "a"}], "outcome": True},
        ExtractedBody: {"passages": [{"id": "p", "text": "A."}]},
    }
    with pytest.raises(InvalidInput) as refused:
        write(model, {**complete[model], "metadata": {"secret": 1}})
    known = ", ".join(model.model_fields)
    assert str(refused.value).endswith(f"metadata: there is no such field; there are: {known}")


@pytest.mark.parametrize("model", [MemoriesBody, RunBody, ExtractedBody])
def test_a_schema_refers_to_nothing_elsewhere(model: type[Body]) -> None:
    assert "$ref" not in json.dumps(schema_of(model))
