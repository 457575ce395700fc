"""What a client hears of what goes wrong: what is his to mend, and nothing of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolRequestParams, ReadResourceRequestParams, TextContent

from graphmem.aio import AsyncMemory
from graphmem.errors import InvalidInput, StoreUnavailable
from graphmem_api.mcp.server import _Handlers
from graphmem_api.mcp.visit import Busy, Visit
from graphmem_api.settings import Limits

ADDRESS = "bolt://10.0.0.7:7687"
CONTEXT: Any = SimpleNamespace(meta=None)


def handlers(error: Exception) -> _Handlers:
    @asynccontextmanager
    async def lend(*, slow: bool = False) -> AsyncGenerator[AsyncMemory]:
        raise error
        yield

    return _Handlers(lambda _: Visit("mine", lend, Limits(), may_write=True))


def told(error: Exception) -> str:
    asked = CallToolRequestParams(name="search_memories", arguments={"question": "Who?"})
    result = asyncio.run(handlers(error).call(CONTEXT, asked))
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def refused(error: Exception) -> str:
    asked = ReadResourceRequestParams(uri="graphmem://mine/nodes/u")
    with pytest.raises(MCPError) as raised:
        asyncio.run(handlers(error).read(CONTEXT, asked))
    return str(raised.value)


@pytest.mark.parametrize("hear", [told, refused])
def test_what_is_the_servers_own_is_for_its_log(
    hear: Any, caplog: pytest.LogCaptureFixture
) -> None:
    said = hear(StoreUnavailable(f"cannot reach {ADDRESS}"))
    assert ADDRESS not in said
    assert "cannot be opened or reached" in said
    assert ADDRESS in caplog.text
    assert "cursor" in hear(InvalidInput("this is no cursor"))
    assert "in a moment" in hear(Busy("try again in a moment"))
    assert ADDRESS not in hear(RuntimeError(ADDRESS))
