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
from graphmem_api.mcp.server import create_server
from graphmem_api.mcp.visit import Visit
from graphmem_api.settings import Settings

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
    opening = AsyncMemory.open(
        settings.store,
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
        serving = asyncio.create_task(_converse(memory, settings, read_only))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not stopped.is_set():
            await serving
    if stopped.is_set():
        # The thread that reads stdin still waits for a line, and nothing wakes it.
        sys.stderr.flush()
        os._exit(0)


async def _converse(memory: AsyncMemory, settings: Settings, read_only: bool) -> None:
    @asynccontextmanager
    async def lend(*, slow: bool = False) -> AsyncGenerator[AsyncMemory]:
        yield memory

    visit = Visit(memory.space, lend, settings.limits, may_write=not read_only)
    server = create_server(lambda _: visit, may_write=not read_only)
    try:
        async with stdio_server() as (heard, said):
            await server.run(heard, said, server.create_initialization_options())
    except* BrokenPipeError:
        _log.info("the host has gone")
