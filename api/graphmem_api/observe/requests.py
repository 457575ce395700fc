"""Each request: an id, a line in the log, its time, a span; and an answer where a route broke."""

from __future__ import annotations

import logging
import re
import time
import uuid
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphmem_api.observe.logs import FIELDS
from graphmem_api.observe.masking import without_secrets
from graphmem_api.observe.metrics import METRICS
from graphmem_api.observe.spans import ended, request_span
from graphmem_api.problems import Problem, problem_response

__all__ = ["HEADER", "Observed"]

HEADER = "X-Request-ID"
_LOG = logging.getLogger("graphmem.requests")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
_DENIED = (401, 403, 429)


class Observed:
    """Watches all requests.

    The id is the caller's own where he sent one that is of plain characters, so that a call can
    be followed through several services.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers.get(HEADER, ""))
        scope.setdefault("state", {})["request_id"] = request_id
        status, began = 0, time.perf_counter()

        async def heard(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        METRICS.now.inc()
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        with request_span(method, headers) as span:
            try:
                await self._app(scope, receive, heard)
            except Exception:
                _LOG.exception("a request failed", extra={FIELDS: {"request": request_id}})
                if status:
                    raise  # half of a response is out: the connection ends here
                await problem_response(_defect(request_id))(scope, receive, heard)
            finally:
                METRICS.now.dec()
                route = _route(scope)
                ended(span, method, route, status)
                _count(method, route, status, time.perf_counter() - began)
                _log(scope, method, route, status, time.perf_counter() - began)


def _request_id(given: str) -> str:
    plain = _ID.fullmatch(given) and without_secrets(given) == given
    return given if plain else uuid.uuid4().hex


def _defect(request_id: str) -> Problem:
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "defect",
        f"this is a bug of graphmem; the server's log says more of request {request_id}",
    )


def _route(scope: Scope) -> str:
    """Return the route's own text, so that neither a uid nor a space is in a metric."""
    route = getattr(scope.get("route"), "path", None)
    if isinstance(route, str):
        return route
    # What is mounted has no route; whatever nobody serves is one together.
    first = scope["path"].split("/", 2)[1] if scope["path"].startswith("/") else ""
    return f"/{first}" if first in ("mcp", "explorer") else "none"


def _count(method: str, route: str, status: int, seconds: float) -> None:
    METRICS.requests.labels(method, route, str(status)).inc()
    METRICS.seconds.labels(method, route).observe(seconds)
    if status in _DENIED:
        METRICS.denied.labels(str(status)).inc()


def _log(scope: Scope, method: str, route: str, status: int, seconds: float) -> None:
    state = scope["state"]
    fields = {
        "request": state["request_id"],
        "key": getattr(state.get("caller"), "name", None),
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
    _LOG.log(level, "request", extra={FIELDS: fields})
