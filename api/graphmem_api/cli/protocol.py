"""HTTP/1.1 with an end to patience: heads, bodies and readers that come too slowly are let go.

What is refused before the app has heard of it is a problem document, too, and in the log.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from http import HTTPStatus
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from graphmem_api.observe.logs import FIELDS
from graphmem_api.problems import Problem, ProblemResponse

__all__ = ["BoundedProtocol"]

# Who was answered before he had sent all may send a little more, so that he reads the answer.
_LINGER_S, _LINGER_BYTES = 2.0, 4 * 1024 * 1024
_LOG = logging.getLogger("graphmem.requests")


class BoundedProtocol(H11Protocol):
    """Waits for a request's head and body for so long and no longer.

    One timer a connection. It runs while bytes of the client are awaited: from the connection on,
    from the first byte of a further request on, and until the last byte of its body. It runs too
    while he takes nothing of a response that is ready.

    Args:
        config: its `app` may say how long, as `patience_s`.
        server_state: uvicorn's.
        app_state: uvicorn's.
        _loop: of the server.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.patience_s: float = getattr(config.app, "patience_s", 30.0)
        # Said here, since uvicorn says it in plain text.
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._served, self.app = self.app, self._serve
        self._due: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._unwanted = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait(self.patience_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Go on waiting, or stop where the request is there."""
        if self._unwanted:
            self._unwanted += len(data)
            if self._unwanted > _LINGER_BYTES:
                self.transport.abort()
                return
        super().data_received(data)
        self._keep_time()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            detail = "this is no request of HTTP/1.1, or its head is too long; send one that is"
            self._refuse(Problem(HTTPStatus.BAD_REQUEST, "bad_request", detail))
        self.transport.close()

    def on_response_complete(self) -> None:
        """Wait for what has come of a next request, or for the rest of one that is answered."""
        super().on_response_complete()
        if self._has_begun() and not self.transport.is_closing():
            self._keep_time()

    def pause_writing(self) -> None:
        """Begin to wait for a reader."""
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(self.patience_s, self.transport.abort)

    def resume_writing(self) -> None:
        """He has taken something."""
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
        if self.flow is not None:
            super().resume_writing()

    def _keep_time(self) -> None:
        """Have the timer run while bytes are awaited, and soon be over where nobody wants them."""
        unwanted = self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY
        if unwanted != bool(self._unwanted) or not self._awaits():
            self._stop_waiting()
            self._unwanted = int(unwanted)
        if self._awaits() and self._due is None:
            self._wait(min(self.patience_s, _LINGER_S) if unwanted else self.patience_s)

    def _awaits(self) -> bool:
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _wait(self, seconds: float) -> None:
        self._due = self.loop.call_later(seconds, self._late)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        self._due = None
        if self.transport.is_closing() or not self._awaits():
            return
        if self.flow.read_paused:
            # It is not the client who keeps us waiting.
            self._wait(self.patience_s)
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE) and self._has_begun():
            detail = "the request did not arrive in time; send it in one go"
            self._refuse(Problem(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", detail))
        self.transport.close()

    def _has_begun(self) -> bool:
        trailing, _ = self.conn.trailing_data
        return bool(trailing) or self.conn.their_state is h11.SEND_BODY

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app answer, where no more is open than may be."""
        if self._most is None or max(len(self.connections), len(self.tasks) - 1) < self._most:
            await self._served(scope, receive, send)
            return
        problem = Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "too_many_connections",
            "so many connections are open that no more are served: try again in a moment",
            {"Retry-After": "1"},
        )
        await _response(problem)(scope, receive, send)

    def _refuse(self, problem: Problem) -> None:
        """Answer what never came to be a request."""
        response = _response(problem)
        headers = [*response.raw_headers, (b"connection", b"close")]
        reason = problem.status.phrase.encode()
        for event in (
            h11.Response(status_code=problem.status, headers=headers, reason=reason),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")


def _response(problem: Problem) -> ProblemResponse:
    """Return the response that tells of a problem to nobody in particular, and log it."""
    request_id = uuid.uuid4().hex
    fields = {"request": request_id, "route": "none", "status": int(problem.status)}
    _LOG.warning("request", extra={FIELDS: fields})
    problem.headers["X-Request-ID"] = request_id
    return ProblemResponse(problem, request_id)
