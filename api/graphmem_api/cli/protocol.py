"""HTTP/1.1 with an end to patience: heads, bodies and readers that come too slowly are let go."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

__all__ = ["BoundedProtocol"]

# Who was answered before he had sent all may send a little more, so that he reads the answer.
_LINGER_S, _LINGER_BYTES = 2.0, 4 * 1024 * 1024
_LATE = json.dumps(
    {
        "type": "urn:graphmem:problem:request_timeout",
        "title": "Request Timeout",
        "status": 408,
        "code": "request_timeout",
        "detail": "the request did not arrive in time; send it in one go",
    }
).encode()


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
        if self._unwanted and self.conn.their_state is h11.SEND_BODY:
            self._unwanted += len(data)
            if self._unwanted > _LINGER_BYTES:
                self.transport.abort()
                return
        super().data_received(data)
        if not self._awaits():
            self._stop_waiting()
        elif self._due is None:
            self._wait(self.patience_s)

    def on_response_complete(self) -> None:
        """Let go soon of who is still sending what nobody wants."""
        super().on_response_complete()
        self._unwanted = int(self.conn.their_state is h11.SEND_BODY)
        if self._unwanted:
            self._stop_waiting()
            self._wait(min(self.patience_s, _LINGER_S))

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
            self._say_late()
        self.transport.close()

    def _has_begun(self) -> bool:
        trailing, _ = self.conn.trailing_data
        return bool(trailing) or self.conn.their_state is h11.SEND_BODY

    def _say_late(self) -> None:
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(_LATE)).encode()),
            (b"connection", b"close"),
        ]
        status = HTTPStatus.REQUEST_TIMEOUT
        for event in (
            h11.Response(status_code=status, headers=headers, reason=status.phrase.encode()),
            h11.Data(data=_LATE),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
