"""The MCP server behind each of its transports, for the official client of either era."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from graphmem_api.access.keys import KeyFile
from graphmem_api.app import create_app
from graphmem_api.settings import Limits, Settings

Connect = Callable[..., AbstractAsyncContextManager[Client]]
LIMITS = Limits(k=20, budget=2_000, rows=50, text_chars=20_000, body_bytes=200_000)


@dataclass(frozen=True)
class Served:
    """A server over HTTP with keys.

    Attributes:
        tokens: by the name of the key: "one", "two" and "both" may write in the spaces of these
            names, "all" in every one, "reader" may read in "one".
    """

    url: str
    store: Path
    tokens: dict[str, str]

    def headers(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[key]}"}

    @asynccontextmanager
    async def connect(
        self, key: str, path: str = "/mcp", **options: Any
    ) -> AsyncGenerator[Client]:
        async with httpx2.AsyncClient(headers=self.headers(key), timeout=240) as http:
            transport = streamable_http_client(self.url + path, http_client=http)
            async with Client(transport, **options) as client:
                yield client


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    keys = KeyFile(folder / "keys.db")
    tokens = {
        name: keys.create(name, [scope], spaces)[0]
        for name, scope, spaces in (
            ("one", "write", ["one"]),
            ("two", "write", ["two"]),
            ("both", "write", ["one", "two"]),
            ("all", "write", None),
            ("reader", "read", ["one"]),
        )
    }
    settings = Settings(
        store=str(folder / "a.db"), keys=str(folder / "keys.db"), limits=LIMITS, shutdown_s=5
    )
    config = uvicorn.Config(create_app(settings), lifespan="on", log_config=None)
    server, listening = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", folder / "a.db", tokens)
    server.should_exit = True
    thread.join(60)
    listening.close()
    assert not thread.is_alive()


def as_child(store: Path, *options: str) -> StdioServerParameters:
    limits = {f"GRAPHMEM_LIMITS_{name.upper()}": str(value) for name, value in LIMITS}
    arguments = ["-m", "graphmem", "mcp", "--store", str(store), "--space", "one", *options]
    return StdioServerParameters(command=sys.executable, args=arguments, env=limits)


@pytest.fixture(params=["stdio", "http"])
def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> Connect:
    """Connects a client to space "one" by a transport; over HTTP all tests share the space."""
    if request.param == "stdio":

        @asynccontextmanager
        async def by_stdio(*, read_only: bool = False, **options: Any) -> AsyncGenerator[Client]:
            child = as_child(tmp_path / "a.db", *(["--read-only"] if read_only else []))
            async with Client(child, **options) as client:
                yield client

        return by_stdio
    served: Served = request.getfixturevalue("served")

    def by_http(*, read_only: bool = False, **options: Any) -> AbstractAsyncContextManager[Client]:
        return served.connect("reader" if read_only else "one", **options)

    return by_http


@pytest.fixture
def within() -> Callable[[Any], Any]:
    """Runs a coroutine, and ends it where it hangs."""

    def run(coroutine: Any) -> Any:
        async def bounded() -> Any:
            async with asyncio.timeout(120):
                return await coroutine

        return asyncio.run(bounded())

    return run
