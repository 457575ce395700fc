"""Every question that graphmem asks an LLM has a schema that strict modes take."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field

from graphmem.core.chat import strict_schema
from graphmem.reading import answer, thinking
from graphmem.testing.llm_protocol import not_strict
from graphmem.writing.llm import said


class Inner(BaseModel):
    word: str = ""
    n: int | None = None


class Outer(BaseModel):
    rows: list[Inner] = Field(default_factory=list, max_length=5)
    one: Inner = Inner()


@pytest.mark.parametrize("model", [said.Said, answer._Said, thinking.Round, Outer])
def test_a_schema_is_strict(model: type[BaseModel]) -> None:
    assert not_strict(strict_schema(model)) == ""


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "object", "properties": {}}, "additionalProperties"),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
            "name every property",
        ),
        ({"type": "string", "default": ""}, "default"),
        ({"type": "array", "items": {"type": "object"}}, "/items"),
        ({"anyOf": [{"type": "object"}]}, "/anyOf"),
        ({"$defs": {"A": {"type": "object"}}}, "/A"),
    ],
)
def test_what_is_not_strict_is_found(schema: dict[str, Any], says: str) -> None:
    assert says in not_strict(schema)
