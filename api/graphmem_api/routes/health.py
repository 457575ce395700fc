"""How the server is: whether it lives, whether it can work, and its metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request, Response

from graphmem.errors import GraphMemError
from graphmem_api.access.guard import Everywhere
from graphmem_api.observe.metrics import CONTENT_TYPE, METRICS, exposed
from graphmem_api.problems import Problem
from graphmem_api.service import Service, ServiceHere
from graphmem_schemas.base import Frozen

__all__ = ["Alive", "Health", "Ready", "router"]

router = APIRouter(tags=["health"])

_LOG = logging.getLogger("graphmem.health")
_PATIENCE_S, _READ_EVERY_S, _WRITE_EVERY_S = 5.0, 2.0, 30.0
# One that fails where another does not is not the server's fault.
_SPACES = 3
_KEY = "serve.probe"
_STARTING = "starting: models are loaded, and loops compiled where that was never done"


class Alive(Frozen):
    """The process answers."""

    status: Literal["live"] = "live"


class Ready(Frozen):
    """Whether the server can work.

    Attributes:
        status: "failing" for one that should get no calls just now.
        reasons: which part fails, and how; the log says more, since anybody may ask this.
    """

    status: Literal["ready", "failing"]
    reasons: tuple[str, ...] = ()


class Health:
    """Looks at the store now and then, whoever asks how often.

    Args:
        service: what is looked at.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._looking = asyncio.Lock()
        self._looked_at = self._wrote_at = float("-inf")
        self._stuck: asyncio.Future[None] | None = None
        self._searched_at = float("-inf")
        self._searching: asyncio.Task[str | None] | None = None
        self._store_fails = self._views_fail = ""
        self._told: tuple[str, ...] = ()

    async def reasons(self) -> tuple[str, ...]:
        """Return why the server cannot work; nothing where it can."""
        if self._service.spaces.warming.under_way:
            return (_STARTING,)
        async with self._looking:
            if time.monotonic() - self._looked_at >= _READ_EVERY_S:
                self._store_fails = await self._look()
                self._looked_at = time.monotonic()
            if time.monotonic() - self._searched_at >= _WRITE_EVERY_S or self._views_fail:
                if (said := await self._search()) is not None:
                    self._views_fail = said
                self._searched_at = time.monotonic()
        inbox = self._service.inbox.health()
        reasons = [said for said in (self._store_fails, self._views_fail) if said]
        if not inbox.ok:
            reasons.append("ingestion: writes that were taken cannot be applied")
        self._tell(tuple(reasons), inbox.reason)
        return tuple(reasons)

    async def _look(self) -> str:
        """Read the store, and at times write to it; a store that hangs is asked once."""
        if self._stuck is not None and not self._stuck.done():
            return "store: it does not answer"
        write = time.monotonic() - self._wrote_at >= _WRITE_EVERY_S
        looking = asyncio.ensure_future(self._service.spaces.run(partial(self._probe, write)))
        try:
            await asyncio.wait_for(asyncio.shield(looking), _PATIENCE_S)
        except TimeoutError:
            self._stuck = looking
            looking.add_done_callback(lambda done: done.exception())
            return "store: it does not answer"
        except GraphMemError as error:
            _LOG.warning("the store fails: %s", error)
            return f"store: {error.code}"
        if write:
            self._wrote_at = time.monotonic()
        return ""

    async def _search(self) -> str | None:
        """Search as anybody would, by model, views and store: a few spaces, until one is well.

        Views that are still being made, or a server that is busy, tell nothing: None.
        """
        told = ""
        for space in self._service.spaces.latest(_SPACES):
            if self._searching is None or self._searching.done():
                self._searching = asyncio.create_task(self._search_in(space))
            await asyncio.wait((self._searching,), timeout=_PATIENCE_S)
            said = self._searching.result() if self._searching.done() else None
            if not said:
                return said
            told = told or said
        return told

    async def _search_in(self, space: str) -> str | None:
        try:
            async with self._service.spaces.lend(space) as memory:
                await memory.search("Is the memory well?", k=1)
        except (TimeoutError, Problem):
            return None
        except GraphMemError as error:
            _LOG.warning("space %r cannot be searched: %s", space, error)
            return f"views: {error.code}"
        except Exception:
            _LOG.exception("space %r cannot be searched", space)
            return "views: defect"
        return ""

    def _probe(self, write: bool) -> None:
        store = self._service.spaces.store
        if write:
            store.write_meta(_KEY, "1")
        store.read_meta(_KEY)

    def _tell(self, reasons: tuple[str, ...], inbox: str | None) -> None:
        if reasons != self._told:
            self._told = reasons
            if reasons:
                _LOG.warning("not ready: %s", "; ".join(filter(None, (*reasons, inbox))))
            else:
                _LOG.info("ready again")


def _health(request: Request, service: Service) -> Health:
    state = request.app.state
    if not hasattr(state, "health"):
        state.health = Health(service)
    health: Health = state.health
    return health


@router.get("/health/live", operation_id="live", summary="Say whether the process answers")
async def live() -> Alive:
    """Say whether the process answers; whoever gets no answer may start it again."""
    return Alive()


@router.get(
    "/health/ready",
    operation_id="ready",
    summary="Say whether the server can work",
    responses={503: {"model": Ready, "description": "It cannot: no calls should come here."}},
)
async def ready(request: Request, response: Response, service: ServiceHere) -> Ready:
    """Say whether the store can be read and written, and what was taken is applied."""
    reasons = await _health(request, service).reasons()
    if reasons:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Ready(status="failing" if reasons else "ready", reasons=reasons)


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(service: ServiceHere, _: Everywhere) -> Response:
    """Return counts and times of all processes of the server, for Prometheus."""
    inbox = service.inbox.health()
    METRICS.waiting.set(inbox.n_waiting)
    METRICS.lag.set(inbox.oldest_s)
    METRICS.failed.set(inbox.n_failed)
    return Response(exposed(), media_type=CONTENT_TYPE)
