"""The MCP server over stdin and stdout: a host starts it as its child, for one space."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from mcp.server.stdio import stdio_server

from graphmem.aio import AsyncMemory
from graphmem.ports import GraphStore
from graphmem.stores.registry import open_store
from graphmem_api.mcp.server import create_server
from graphmem_api.mcp.visit import Visit
from graphmem_api.settings import Settings
from graphmem_pipelines.jobs.deleting import delete
from graphmem_pipelines.ledger.where import ledger_path
from graphmem_schemas import DeleteReceipt

__all__ = ["run_stdio"]

_log = logging.getLogger("graphmem")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_stdio(settings: Settings, space: str, *, read_only: bool) -> None:
    """Serve until the host closes stdin or sends a signal; what is being written is finished.

    Nothing but the protocol goes to stdout.

    Raises:
        InvalidInput: The space or a model cannot be used.
        StoreError: The store cannot be opened.
    """
    asyncio.run(_serve(settings, space, read_only))


async def _serve(settings: Settings, space: str, read_only: bool) -> None:
    store = await asyncio.to_thread(open_store, settings.store)
    try:
        stopped = await _serve_store(store, settings, space, read_only)
    finally:
        await asyncio.to_thread(store.close)
    if stopped:
        # The thread that reads stdin still waits for a line, and nothing wakes it.
        sys.stderr.flush()
        os._exit(0)


async def _serve_store(store: GraphStore, settings: Settings, space: str, read_only: bool) -> bool:
    """Serve until the host has gone; return whether a signal came first."""
    opening = AsyncMemory.open(
        store,
        space=space,
        embedder=settings.embedder,
        extractor=settings.extractor,
        llm=settings.llm,
        served=settings.served,
    )
    async with opening as memory:
        stopped = asyncio.Event()
        for number in _SIGNALS:
            with suppress(NotImplementedError):  # Windows, where a signal ends the process
                asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        serving = asyncio.create_task(_converse(memory, store, settings, read_only))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not stopped.is_set():
            await serving
    return stopped.is_set()


async def _converse(
    memory: AsyncMemory, store: GraphStore, settings: Settings, read_only: bool
) -> None:
    @asynccontextmanager
    async def lend(*, slow: bool = False) -> AsyncGenerator[AsyncMemory]:
        yield memory

    async def forget(memory: AsyncMemory, /, **named: str) -> DeleteReceipt:
        # A server beside this one may have kept what is not applied yet.
        return await memory.run(lambda one: delete(store, one, ledger_path(store), **named))

    may_write = not read_only
    visit = Visit(memory.space, lend, settings.limits, may_write, delete=forget)
    server = create_server(lambda _: visit, may_write=not read_only)
    try:
        async with stdio_server() as (heard, said):
            await server.run(heard, said, server.create_initialization_options())
    except* BrokenPipeError:
        _log.info("the host has gone")
