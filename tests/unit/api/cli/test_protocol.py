"""Requests that are sent behind each other on one connection have the same patience each."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphmem_api.cli import protocol
from graphmem_api.cli.protocol import BoundedProtocol

GET = b"GET /first HTTP/1.1\r\nhost: h\r\n\r\n"
WAIT_S = 120.0


class Counted:
    """An app that says how long a body is, and does not read those of `/unread`."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        body = b"" if scope["path"] == "/unread" else await Request(scope, receive).body()
        await Response(f"{scope['path']} {len(body)}")(scope, receive, send)


@pytest.fixture
def call() -> Iterator[Callable[[float], socket.socket]]:
    """Start a server of some patience, and return a connection to it."""
    opened: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []

    def connect(patience_s: float) -> socket.socket:
        config = uvicorn.Config(
            Counted(patience_s),
            http=BoundedProtocol,
            lifespan="off",
            log_config=None,
            timeout_keep_alive=int(WAIT_S),
        )
        server, listening = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
        running = threading.Thread(target=server.run, args=([listening],))
        running.start()
        client = socket.create_connection(listening.getsockname(), WAIT_S)
        opened.append((server, running, client))
        return client

    yield connect
    for server, running, client in opened:
        client.close()
        server.should_exit = True
        running.join()


def post(n: int, path: str = "/second") -> bytes:
    return f"POST {path} HTTP/1.1\r\nhost: h\r\ncontent-length: {n}\r\n\r\n".encode()


def read_until(client: socket.socket, text: bytes) -> bytes:
    """Read until a text has come, or the connection has ended."""
    read = b""
    while text not in read and (part := client.recv(65536)):
        read += part
    return read


def test_a_body_behind_another_request_is_not_taken_for_what_nobody_wants(
    call: Callable[[float], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_LINGER_S", 0.05)
    monkeypatch.setattr(protocol, "_LINGER_BYTES", 50)
    client = call(WAIT_S)
    client.sendall(GET + post(200) + b"x" * 50)
    assert b"/first 0" in read_until(client, b"/first 0")
    time.sleep(0.3)  # longer than who sends what nobody wants is let
    client.sendall(b"x" * 150)
    assert b"/second 200" in read_until(client, b"/second 200")


def test_a_body_behind_another_request_that_does_not_come_is_waited_for_so_long(
    call: Callable[[float], socket.socket],
) -> None:
    client = call(0.3)
    client.sendall(GET + post(200) + b"x" * 50)
    assert b" 408 " in read_until(client, b"request_timeout")


def test_what_nobody_wanted_is_over_with_its_request(
    call: Callable[[float], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_LINGER_S", WAIT_S)
    monkeypatch.setattr(protocol, "_LINGER_BYTES", 300)
    client = call(WAIT_S)
    client.sendall(post(50, "/unread"))
    assert b"/unread 0" in read_until(client, b"/unread 0")
    for _ in range(3):
        client.sendall(b"x" * 50 + post(250))
        time.sleep(0.1)
        client.sendall(b"x" * 250)
        assert b"/second 250" in read_until(client, b"/second 250")
        client.sendall(post(50, "/unread"))
        assert b"/unread 0" in read_until(client, b"/unread 0")


def test_who_sends_on_what_nobody_wants_is_let_go(
    call: Callable[[float], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_LINGER_S", 0.05)
    client = call(WAIT_S)
    client.sendall(post(50, "/unread"))
    assert b"/unread 0" in read_until(client, b"/unread 0")
    assert client.recv(1) == b""
