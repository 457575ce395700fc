"""A small server that speaks OpenAI's protocol, for tests: it counts, and misbehaves on demand.

    with LLMServer(lambda messages: {"entities": []}) as server:
        llm = open_llm("openai:stub", base_url=server.url, api_key="any")

It listens on loopback, at a port that is free, and stops with its `with` block.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from graphmem.testing.llm_faults import Fault, Faults, spoil
from graphmem.testing.llm_log import Served, ServerLog, content_key
from graphmem.testing.llm_protocol import (
    Demands,
    completion,
    error_body,
    limited,
    refusal_of,
    refused_key,
    schema_of,
    usage_of,
)

__all__ = ["AnswerTo", "Demands", "LLMServer"]

AnswerTo = Callable[[list[dict[str, Any]]], "str | Mapping[str, Any]"]
"""From the messages of a request to what the model says; a mapping becomes JSON."""

_REMEMBERED = 1000
_MAX_BODY_BYTES = 32_000_000
_POLL_S = 0.01
_DRIP_S = 0.02
_STOP_S = 10.0
_NO_FAULTS = Faults(share=0)


class LLMServer:
    """Serves `/v1/chat/completions` and `/v1/models` from a function.

    Args:
        answer: makes what the model says; it is called from many threads. What it raises is a
            500.
        delay_s: how long each answer takes.
        faults: what goes wrong; None is nothing.
        demands: what it insists on; None is nothing.

    Attributes:
        bodies: the last 1,000 requests for a completion, as they came.
    """

    def __init__(
        self,
        answer: AnswerTo,
        *,
        delay_s: float = 0.0,
        faults: Faults | None = None,
        demands: Demands | None = None,
    ) -> None:
        self.answer = answer
        self.delay_s = delay_s
        self.faults = faults or _NO_FAULTS
        self.demands = demands or Demands()
        self.log = ServerLog()
        self.bodies: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self.stopping = threading.Event()
        self._http = _Http(self)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(_POLL_S,), name="llm-server", daemon=True
        )

    def __enter__(self) -> LLMServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What a client takes as its `base_url`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def served(self) -> Served:
        """Return what it has done so far."""
        return self.log.served()

    def stop(self) -> None:
        """Close all connections and stop; whoever waits for an answer gets none."""
        self.stopping.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join(_STOP_S)
        self._http.server_close()
        self._http.hang_up()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, owner: LLMServer) -> None:
        self.owner = owner
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that go away amid a request are what tests do."""

    def hang_up(self) -> None:
        """Close what is still open, and wait for those that served it."""
        with self._lock:
            left = dict(self._open)
        for connection, thread in left.items():
            _close_now(connection)
            thread.join(_STOP_S)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int  # 0 is none: the connection is closed
    body: Mapping[str, Any] | str = ""
    retry_after: str | None = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one packet
    disable_nagle_algorithm = True

    @property
    def _owner(self) -> LLMServer:
        return cast(_Http, self.server).owner

    def do_GET(self) -> None:
        owner = self._owner
        if self.path != "/v1/models":
            self._send(404, error_body(f"no such path: {self.path}"))
        elif wrong := refused_key(owner.demands, self.headers.get("Authorization")):
            self._send(401, wrong)
        else:
            data = [{"id": name, "object": "model"} for name in owner.demands.models or ("stub",)]
            self._send(200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        body = self._body()
        if self.path != "/v1/chat/completions" or body is None:
            status = 400 if body is None else 404
            self._send(status, error_body("no request that is known here"))
            return
        owner = self._owner
        owner.bodies.append(body)
        key = content_key(body["messages"])
        fault = owner.faults.pick(key, owner.log.came(key))
        reply = self._reply(body, key, fault)
        # Before it is sent, so that whoever has the answer finds it counted.
        owner.log.went(reply.status)
        if fault is Fault.DRIP and reply.status == 200:
            self._drip(json.dumps(reply.body).encode())
        elif reply.status:
            self._send(reply.status, reply.body, reply.retry_after)
        else:
            self.close_connection = True
            _close_now(self.connection)

    def _reply(self, body: dict[str, Any], key: str, fault: Fault | None) -> _Reply:
        owner = self._owner
        refusal = refusal_of(owner.demands, body, self.headers.get("Authorization"))
        if refusal is not None:
            return _Reply(*refusal)
        if fault is not None:
            owner.log.faulted(fault)
        owner.stopping.wait(owner.delay_s + (owner.faults.slow_s if fault is Fault.SLOW else 0))
        if owner.stopping.is_set() or fault is Fault.DROPPED:
            return _Reply(0)
        if fault in (Fault.RATE_LIMIT, Fault.RATE_LIMIT_BARE):
            after = f"{owner.faults.retry_after_s:g}" if fault is Fault.RATE_LIMIT else None
            return _Reply(429, error_body("Rate limit reached", "rate_limit_exceeded"), after)
        if fault is Fault.SERVER_ERROR:
            return _Reply(500, error_body("The server had an error"))
        if fault is Fault.NOT_JSON:
            return _Reply(200, "<html>Bad gateway</html>")
        return self._answered(body, key, fault)

    def _answered(self, body: dict[str, Any], key: str, fault: Fault | None) -> _Reply:
        owner = self._owner
        try:
            made = owner.answer(body["messages"])
        except Exception as error:  # a test's function raises whatever it likes
            return _Reply(500, error_body(f"the answer could not be made: {error!r}"))
        good = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
        said = limited(spoil(fault, good, schema_of(body), owner.faults), body)
        usage = usage_of(body, said)
        owner.log.answered(key, usage)
        told = usage if owner.demands.says_usage else None
        return _Reply(200, completion(body, said, told))

    def _body(self) -> dict[str, Any] | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _MAX_BODY_BYTES:
            self.close_connection = True
            return None
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None
        return body if isinstance(body, dict) and isinstance(body.get("messages"), list) else None

    def _send(self, status: int, body: Mapping[str, Any] | str, after: str | None = None) -> None:
        raw = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response_only(status)
        kind = "text/html" if isinstance(body, str) else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        if after is not None:
            self.send_header("Retry-After", after)
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()

    def _drip(self, raw: bytes) -> None:
        owner = self._owner
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(int(owner.faults.slow_s / _DRIP_S)):
            self._chunk(b" ")
            if owner.stopping.wait(_DRIP_S):
                break
        self._chunk(raw)
        self._chunk(b"")

    def _chunk(self, part: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what was served is counted."""


def _close_now(connection: socket.socket) -> None:
    """Close a connection without a word, whatever became of it already."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed, which is what was wanted
