"""The app: it reads like a table of contents."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from graphmem_api.access.gate import Gate
from graphmem_api.access.protect import protect
from graphmem_api.explorer import pages
from graphmem_api.inbox.inbox import Inbox
from graphmem_api.inbox.signals import on_stop
from graphmem_api.mcp import http as mcp
from graphmem_api.problems import add_problems
from graphmem_api.routes import (
    asking,
    cypher,
    events,
    facts,
    graph,
    health,
    jobs,
    memories,
    nodes,
    upkeep,
)
from graphmem_api.routes.describe import describe
from graphmem_api.service import Service
from graphmem_api.settings import Settings
from graphmem_api.spaces import Spaces

__all__ = ["create_app"]

_LOG = logging.getLogger("graphmem")
_MOMENT_S = 1.0


def create_app(
    settings: Settings, leave: Callable[[], None] = lambda: None, *, warm: bool = False
) -> FastAPI:
    """Return the app of a server; nothing is opened until it starts.

    Args:
        settings: of the server.
        warm: whether it is ready only when models are loaded and loops compiled.
        leave: is called at the end, where calls are still under way that do not end in time, or
            models are still made ready: Python must not end beside a thread that is in theirs.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        spaces = Spaces(settings)
        app.state.gate = Gate(settings, spaces.store)
        inbox = Inbox(settings, spaces)
        app.state.service = Service(settings, spaces, inbox)
        end = math.inf

        def stop() -> None:
            nonlocal end
            end = min(end, time.monotonic() + settings.shutdown_s)
            inbox.end()

        def left() -> float:
            # What is at nothing ends in a moment, also where calls have taken all the time.
            return max(_MOMENT_S, end - time.monotonic())

        try:
            async with mcp.mcp_running(app, settings):
                if warm:
                    spaces.warming.start()
                with on_stop(stop):
                    yield
        finally:
            stop()
            applied = await inbox.close(left())
            ended = await spaces.close(left(), in_use=not applied)
            if not ended:
                _LOG.warning("calls that were begun did not end in time, and are given up")
        # Where something failed, that is told instead.
        if not ended or spaces.warming.under_way:
            leave()

    # Pages that FastAPI makes of the document load scripts from elsewhere.
    app = FastAPI(
        title="graphmem",
        version="1",
        lifespan=lifespan,
        # It would lead to the host that the caller named, and over http also from behind TLS.
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        # Its spans and logs are beside ours, with paths and errors that tell of memories.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    add_problems(app)
    protect(app, settings)
    # Routes are tried one after the other: what is asked most stands first, and jobs before all
    # that theirs could be of, which is a space of that name.
    for part in (asking, health, jobs, events, memories, nodes, graph, cypher, facts, upkeep):
        app.include_router(part.router)
    app.include_router(mcp.router)
    app.include_router(pages.router)
    describe(app)
    return app
