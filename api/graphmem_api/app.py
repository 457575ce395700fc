"""The app: it reads like a table of contents."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from graphmem_api.problems import add_problems
from graphmem_api.routes import asking
from graphmem_api.service import Service
from graphmem_api.settings import Settings
from graphmem_api.spaces import Spaces

__all__ = ["create_app"]


def create_app(settings: Settings) -> FastAPI:
    """Return the app of a server; nothing is opened until it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        spaces = Spaces(settings)
        app.state.service = Service(settings, spaces)
        try:
            yield
        finally:
            spaces.close()

    app = FastAPI(title="graphmem", version="1", lifespan=lifespan)
    add_problems(app)
    app.include_router(asking.router)
    return app
