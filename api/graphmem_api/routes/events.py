"""Events as they happen, by server-sent events: how far a job is, what changes in a graph."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import StreamingResponse
from starlette.types import Send

from graphmem.errors import GraphMemError
from graphmem.writing.checks import check_space
from graphmem_api.access.caller import Caller, unauthorised
from graphmem_api.access.guard import Reader, Space, StillHolds
from graphmem_api.inbox.feed import Feed, Mark
from graphmem_api.problems import Problem
from graphmem_api.routes.jobs import JobId, job_status
from graphmem_api.service import Service, ServiceHere
from graphmem_pipelines.ledger.writes import WriteLedger
from graphmem_schemas.writes import JobStatus

__all__ = ["EventStream", "router", "told"]

router = APIRouter(prefix="/v1", tags=["events"])

_HEARTBEAT_S = 15.0
_TAKEN_S = 20.0
# How often it is looked whether the caller's key holds still.
_LOOK_S = 2.0
# A client comes again by itself, and goes on from the last event.
_LONGEST_S = 1800.0
_POLL_S = 0.5
_OPEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A stream that stays open.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    429: {"description": "Too many streams are open."},
}


class EventStream(StreamingResponse):
    """A stream of events with heartbeats; a client that takes nothing for a while is dropped.

    Args:
        events: texts of events, from `told`.
        feed: whose place among the listeners is taken.
        caller: for whom.
        holds: says whether he would be let in now; it ends when not.

    Raises:
        Problem: 429, there is no place for him.
    """

    media_type = "text/event-stream"

    def __init__(
        self, events: AsyncGenerator[str], feed: Feed, caller: Caller, holds: Callable[[], bool]
    ) -> None:
        # No proxy may hold back, or keep, what is told now.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_beating(events, holds), headers=headers)
        self._feed = feed
        self._of = caller.account
        with feed.place(self._of):  # refused before it begins
            pass

    async def stream_response(self, send: Send) -> None:
        """Send events as they come, with what is left of the client's patience to take each."""

        async def send_soon(message: Any) -> None:
            async with asyncio.timeout(_TAKEN_S):
                await send(message)

        with self._feed.place(self._of):
            try:
                await super().stream_response(send_soon)
            except TimeoutError:
                # Returning without an end closes the connection, so that nobody takes it for one.
                return


@router.get(
    "/jobs/{id}/events",
    operation_id="job_events",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses={**_OPEN, 404: {"description": "There is no such job."}},
)
async def job_events(
    job: JobId, service: ServiceHere, caller: Reader, holds: StillHolds
) -> EventStream:
    """Follow a job: `progress` whenever it is further, and `end`, then the stream ends.

    The data of each is what `GET /v1/jobs/{id}` gives.
    """

    def look(ledger: WriteLedger) -> JobStatus:
        return job_status(ledger, job, caller)

    async def follow() -> AsyncGenerator[str]:
        last: JobStatus | None = None
        while not service.inbox.feed.ending:
            status = await service.inbox.watch(look)
            ended = status.finished_at is not None
            if ended or status != last:
                yield told("end" if ended else "progress", status.model_dump(mode="json"))
            if ended:
                return
            last = status
            await service.inbox.feed.pause(_POLL_S)

    await service.inbox.read(look)
    return EventStream(follow(), service.inbox.feed, caller, holds)


@router.get(
    "/{space}/events",
    operation_id="graph_events",
    summary="Follow a graph",
    response_class=StreamingResponse,
    responses=_OPEN,
)
async def graph_events(
    space: Space,
    service: ServiceHere,
    caller: Reader,
    holds: StillHolds,
    last: Annotated[
        str | None,
        Header(alias="Last-Event-ID", description="The last id that came: goes on from there."),
    ] = None,
    after: Annotated[
        str | None,
        Query(description="The same, for the first connection of a browser; 0- is everything."),
    ] = None,
) -> EventStream:
    """Follow what changes in a space: `changes` with nodes and edges that are new or gone.

    It begins with `ready`, or with `reset` where the commit of Last-Event-ID is there no more:
    then the graph is to be read anew. A commit may come in several parts; only the last has an
    id. Each node and edge comes in its newest state, and may come more than once.
    """
    seen = Mark.of(given) if (given := last or after) else None
    changes = _changes(service, check_space(space), seen)
    return EventStream(changes, service.inbox.feed, caller, holds)


async def _changes(service: Service, space: str, seen: Mark | None) -> AsyncGenerator[str]:
    async with aclosing(service.inbox.feed.changes(space, seen)) as messages:
        async for message in messages:
            mark = message.mark.text if message.mark else None
            yield told(message.event, message.data, mark)


def told(event: str, data: Any, mark: str | None = None) -> str:
    """Return the text of an event.

    Args:
        event: its name.
        data: plain JSON.
        mark: its id, from which one may go on.
    """
    # JSON escapes the ends of lines, so that no text can begin an event of its own.
    lines = [f"event: {event}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    if mark is not None:
        lines.append(f"id: {mark}")
    return "\n".join(lines) + "\n\n"


async def _beating(events: AsyncGenerator[str], holds: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield events, and a sign of life where none comes; tell of an error, and end in time."""
    loop = asyncio.get_running_loop()
    end, silent_since = loop.time() + _LONGEST_S, loop.time()
    coming: asyncio.Future[str] | None = None
    try:
        while loop.time() < end:
            coming = coming or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait((coming,), timeout=min(_LOOK_S, _HEARTBEAT_S))
            try:
                if not holds():
                    raise unauthorised("this key holds no more; ask for another", token_given=True)
                if done:
                    finished, coming, silent_since = coming, None, loop.time()
                    yield finished.result()
                elif loop.time() - silent_since >= _HEARTBEAT_S:
                    silent_since = loop.time()
                    yield ": still here\n\n"
            except StopAsyncIteration:
                return
            except (GraphMemError, Problem) as error:
                said = error.detail if isinstance(error, Problem) else error.public
                yield told("error", {"code": error.code, "detail": said})
                return
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await events.aclose()
