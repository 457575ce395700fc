"""MCP over HTTP: an endpoint a space and one for keys of one space, behind the keys of REST.

Each message is a request that brings its key: there is no session that somebody could take over,
and any process of the server can answer it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send

from graphmem.aio import AsyncMemory
from graphmem.writing.checks import check_space
from graphmem_api.access.caller import LOOPBACK, Caller
from graphmem_api.access.guard import Reader, Space, said_of, told
from graphmem_api.admission import CALLER
from graphmem_api.inbox.adding import add
from graphmem_api.inbox.deleting import delete
from graphmem_api.mcp.server import Context, create_server
from graphmem_api.mcp.visit import Busy, Visit
from graphmem_api.problems import Problem
from graphmem_api.service import Service, ServiceHere
from graphmem_api.settings import Settings
from graphmem_pipelines.ledger.rows import Item
from graphmem_schemas import DeleteReceipt, Receipt
from graphmem_schemas.writes import JobStatus

__all__ = ["mcp_running", "router"]

DEFAULT_SPACE = "default"
_VISIT = "mcp_visit"

router = APIRouter(tags=["mcp"], include_in_schema=False)


@asynccontextmanager
async def mcp_running(app: FastAPI, settings: Settings) -> AsyncGenerator[None]:
    """Answer the messages that come to an app, while a block lasts."""
    app.state.mcp = StreamableHTTPSessionManager(
        create_server(_visit_of),
        stateless=True,
        max_request_body_size=settings.limits.body_bytes,
    )
    async with app.state.mcp.run():
        yield


@router.post("/v1/{space}/mcp")
async def _of_space(
    request: Request, space: Space, service: ServiceHere, caller: Reader
) -> Response:
    """Take a message about a space."""
    return _answer(request, service, caller, space)


@router.post("/mcp")
async def _of_key(request: Request, service: ServiceHere, caller: Reader) -> Response:
    """Take a message about the only space of a key."""
    spaces = frozenset((DEFAULT_SPACE,)) if caller is LOOPBACK else caller.spaces
    if spaces is None or len(spaces) != 1:
        n_spaces = "all" if spaces is None else len(spaces)
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "space_missing",
            f"this key is for {n_spaces} spaces: name one in the address, /v1/<space>/mcp",
        )
    (space,) = spaces
    caller.require("read", space)
    return _answer(request, service, caller, space)


class _Answer(Response):
    """What the SDK answers to a request."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        super().__init__()
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)


class _Queued:
    """Changes a space through the inbox, as REST does, so that all come in one order."""

    def __init__(self, request: Request, service: Service, space: str) -> None:
        self._request, self._inbox, self._space = request, service.inbox, space
        self._wait_s = service.settings.limits.wait_s

    async def add(self, item: Item) -> Receipt | JobStatus:
        with _told_as_busy():
            job, found = await add(self._inbox, self._space, item, self._wait_s)
        told(self._request, job=job)
        return found

    async def delete(self, **named: str) -> DeleteReceipt | JobStatus:
        told(self._request, **said_of(**named))
        with _told_as_busy():
            job, found = await delete(self._inbox, self._space, self._wait_s, **named)
        told(self._request, job=job)
        return found


@contextmanager
def _told_as_busy() -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        raise Busy(problem.detail) from problem


def _answer(request: Request, service: Service, caller: Caller, space: str) -> Response:
    name = check_space(space)

    @asynccontextmanager
    async def lend(*, slow: bool = False) -> AsyncGenerator[AsyncMemory]:
        # Messages are worked on in tasks of the SDK's own.
        CALLER.set(caller.account)
        with _told_as_busy():
            async with service.spaces.lend(name, slow=slow) as memory:
                yield memory

    def note(**what: object) -> None:
        request.scope["state"]["needs"] = "write"
        told(request, **what)

    queue = _Queued(request, service, name)
    limits, may_write = service.settings.limits, "write" in caller.scopes
    request.scope["state"][_VISIT] = Visit(name, lend, limits, may_write, queue, note)
    return _Answer(request.app.state.mcp)


def _visit_of(ctx: Context) -> Visit:
    # Messages are worked on in tasks of the SDK's own: only the request comes along.
    request: Any = ctx.request
    visit: Visit = request.scope["state"][_VISIT]
    return visit
