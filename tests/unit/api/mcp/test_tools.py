"""How tools are listed: plain schemas that every host understands, with the limits that hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.core.cypher import CypherResult
from graphmem.errors import InvalidInput
from graphmem_api.mcp.arguments import GetContext, SearchMemories, read_arguments
from graphmem_api.mcp.results import MAX_CHARS, Table
from graphmem_api.mcp.tools import TOOLS
from graphmem_api.mcp.visit import Visit
from graphmem_api.settings import Limits
from graphmem_pipelines.ledger.rows import Item
from graphmem_schemas.writes import JobStatus

LIMITS = Limits(k=7, budget=500, rows=20, text_chars=100)


def keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key
            yield from keywords(list(value.values()) if key == "properties" else value)
    elif isinstance(schema, list):
        for part in schema:
            yield from keywords(part)


@pytest.mark.parametrize("name", TOOLS)
def test_schemas_are_plain_closed_and_described(name: str) -> None:
    card = TOOLS[name].card(LIMITS)
    schema = card.input_schema
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert all(field["description"] and field["type"] for field in schema["properties"].values())
    for one in (schema, card.output_schema):
        assert not {"$ref", "$defs", "anyOf", "oneOf", "allOf"} & set(keywords(one))
    assert card.description is not None
    assert len(card.description) > 100
    assert len(json.dumps(schema)) < 3_000


def test_schemas_carry_the_limits() -> None:
    search = TOOLS["search_memories"].card(LIMITS).input_schema["properties"]
    assert search["k"]["maximum"] == search["k"]["default"] == 7
    assert search["question"]["maxLength"] == 100
    assert TOOLS["get_context"].card(LIMITS).input_schema["properties"]["budget"]["maximum"] == 500


def test_a_default_gives_way_to_a_low_limit_and_a_wish_does_not() -> None:
    assert read_arguments(SearchMemories, {"question": "Who?"}, LIMITS).k == 7
    assert read_arguments(GetContext, {"question": "Who?", "budget": None}, LIMITS).budget == 500
    with pytest.raises(InvalidInput, match="k: 8 is too much here; give 7 at most"):
        read_arguments(SearchMemories, {"question": "Who?", "k": 8}, LIMITS)


def test_what_a_model_writes_for_numbers_and_nothing_is_understood() -> None:
    asked = {"question": "Who?", "k": "5", "as_of": None, "mode": None}
    assert read_arguments(SearchMemories, asked, LIMITS).k == 5


def test_a_very_large_table_is_cut_and_says_so() -> None:
    rows = tuple(("x" * 1_000,) for _ in range(1_000))
    table = Table.of(CypherResult(columns=("a",), rows=rows))
    assert table.cut
    assert 0 < len(table.text()) < MAX_CHARS * 1.1
    assert table.text().endswith("(there are more rows)")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("delete_memory", {"source": "note"}), ("add_memory", {"text": "Tom likes tea."})],
)
def test_a_change_that_waits_for_its_turn_holds_no_memory(
    tool: str, arguments: dict[str, str]
) -> None:
    """Or searches would find none left while a long text is applied."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    later = JobStatus(
        id="j1", kind="add", space="mine", state="waiting", items=1, done=0, failed=0,
        created_at=now, updated_at=now,
    )  # fmt: skip

    class Queued:
        async def add(self, item: Item) -> Any:
            return later

        async def delete(self, **named: str) -> Any:
            return later

    def lend(*, slow: bool = False) -> Any:
        raise AssertionError("a memory was lent")

    visit = Visit("mine", lend, Limits(), may_write=True, queue=Queued())
    told = asyncio.run(TOOLS[tool].call(visit, arguments))
    assert told.model_dump()["job"] == "j1"
    assert "as soon as what came before is through" in told.text()
