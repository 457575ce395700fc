"""The MCP server, whatever carries its messages: who visits says what is there for him."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    TextContent,
)

from graphmem.errors import GraphMemError
from graphmem.ports import Progress
from graphmem_api.mcp.prompts import get_prompt, list_prompts
from graphmem_api.mcp.resources import list_resources, list_templates, read_resource
from graphmem_api.mcp.tools import TOOLS, Tool
from graphmem_api.mcp.visit import Visit

__all__ = ["create_server"]

_log = logging.getLogger("graphmem")

INSTRUCTIONS = (
    "A long-term memory that outlasts this conversation. Before you answer about the user, "
    "earlier work, people or plans, look here: get_context for an answer with citations, "
    "search_memories to look around. When you learn something lasting, keep it with add_memory, "
    "in full sentences with names. What it does not hold it says; do not make it up."
)
_READ_ONLY = " It may only be read here: there is no add_memory."
_OURS = "failed inside the server; its log says why"
_PROGRESS_S = 0.2

Context = ServerRequestContext[Any, Any]


def create_server(visit_of: Callable[[Context], Visit], *, may_write: bool = True) -> Server[Any]:
    """Return a server.

    Args:
        visit_of: says for each message whom it comes from, and what that one may reach.
        may_write: whether anybody may; else the instructions say so.
    """
    handlers = _Handlers(visit_of)
    return Server(
        "graphmem",
        title="graphmem: long-term memory",
        version=version("graphmem"),
        instructions=INSTRUCTIONS + ("" if may_write else _READ_ONLY),
        on_list_tools=handlers.tools,
        on_call_tool=handlers.call,
        on_list_resources=handlers.resources,
        on_list_resource_templates=handlers.templates,
        on_read_resource=handlers.read,
        on_list_prompts=handlers.prompts,
        on_get_prompt=handlers.prompt,
    )


class _Handlers:
    """Answers each kind of message; none of them ends in a trace at the client."""

    def __init__(self, visit_of: Callable[[Context], Visit]) -> None:
        self._visit_of = visit_of

    async def tools(self, ctx: Context, _: PaginatedRequestParams | None) -> ListToolsResult:
        visit = self._visit_of(ctx)
        return ListToolsResult(tools=[tool.card(visit.limits) for tool in _tools_for(visit)])

    async def call(self, ctx: Context, asked: CallToolRequestParams) -> CallToolResult:
        visit = self._visit_of(ctx)
        tool = TOOLS.get(asked.name)
        if tool is None:
            there = ", ".join(tool.name for tool in _tools_for(visit))
            return _failed(f"there is no tool {asked.name[:80]!r}; there are: {there}")
        if tool.writes:
            denied = {} if visit.may_write else {"denied": True}
            visit.note(tool=tool.name, space=visit.space, **denied)
        if tool.writes and not visit.may_write:
            return _failed(f"{tool.name} changes the memory, which may only be read here")
        try:
            result = await tool.call(replace(visit, progress=_progress(ctx)), asked.arguments)
        except GraphMemError as error:
            return _failed(f"{tool.name}: {_public(error)}")
        except Exception:
            _log.exception("the tool %s failed", tool.name)
            return _failed(f"{tool.name} {_OURS}")
        return CallToolResult(
            content=[TextContent(text=result.text())],
            structured_content=result.model_dump(mode="json", exclude_none=True),
        )

    async def resources(
        self, ctx: Context, asked: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        with _told_as_error():
            return await list_resources(self._visit_of(ctx), asked.cursor if asked else None)

    async def templates(
        self, ctx: Context, _: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=list_templates(self._visit_of(ctx)))

    async def read(self, ctx: Context, asked: ReadResourceRequestParams) -> ReadResourceResult:
        with _told_as_error():
            return await read_resource(asked.uri, self._visit_of(ctx))

    async def prompts(self, ctx: Context, _: PaginatedRequestParams | None) -> ListPromptsResult:
        return ListPromptsResult(prompts=list_prompts(self._visit_of(ctx)))

    async def prompt(self, ctx: Context, asked: GetPromptRequestParams) -> GetPromptResult:
        with _told_as_error():
            return await get_prompt(asked.name, asked.arguments, self._visit_of(ctx))


@contextmanager
def _told_as_error() -> Iterator[None]:
    """Turn what is raised into an error of the protocol, which has a place for words."""
    try:
        yield
    except GraphMemError as error:
        of_caller = isinstance(error, ValueError | LookupError)
        code = INVALID_PARAMS if of_caller else INTERNAL_ERROR
        raise MCPError(code=code, message=_public(error)) from None
    except Exception as error:
        _log.exception("a message failed")
        raise MCPError(code=INTERNAL_ERROR, message=_OURS) from error


def _public(error: GraphMemError) -> str:
    """Return what the client may know of an error, and have the log say the rest."""
    if error.of_server:
        _log.warning("%s: %s", error.code, error)
    return error.public


def _tools_for(visit: Visit) -> list[Tool[Any]]:
    return [tool for tool in TOOLS.values() if visit.may_write or not tool.writes]


def _failed(why: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=why)], is_error=True)


def _progress(ctx: Context) -> Progress | None:
    """Return what tells the client how far an add is, where he wants to hear it.

    Memories call it in their threads; a call that is over hears nothing more.
    """
    if not ctx.meta or ctx.meta.get("progress_token") is None:
        return None
    loop, told_at, n_told = asyncio.get_running_loop(), 0.0, 0

    def hear(stage: str, done: int, total: int) -> None:
        nonlocal told_at, n_told
        if time.monotonic() - told_at < _PROGRESS_S:
            return
        told_at, n_told = time.monotonic(), n_told + 1
        told = ctx.session.report_progress(n_told, None, f"{stage}: {done} of {total}")
        asyncio.run_coroutine_threadsafe(told, loop)

    return hear
