"""Who may call what, on a real server: every route that the app has, with every kind of key."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from graphmem_api.access.entry import is_public
from graphmem_api.access.keys import KeyFile
from graphmem_api.app import create_app
from graphmem_api.settings import Settings

# Asked by POST because of their bodies; nothing is changed by them.
READING = {
    "/v1/{space}/search",
    "/v1/{space}/context",
    "/v1/{space}/answer",
    "/v1/{space}/recall",
    "/v1/{space}/cypher",
    "/v1/{space}/queries/{name}",
    "/v1/{space}/mcp",
    "/mcp",
}
# About whatever is the caller's own, so that any key may ask.
OWN = {"/mcp", "/v1/jobs"}
PARAMETERS = defaultdict(lambda: "0" * 32, space="mine")


@dataclass
class Server:
    url: str
    process: subprocess.Popen[str]
    folder: Path
    client: httpx.Client

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def said(self) -> str:
        return (self.folder / "stderr").read_text("utf-8")

    def audited(self, *requests: str) -> list[dict[str, Any]]:
        """Return the audit log once it tells of some requests: a line follows its answer."""
        log = self.folder / "a.db.audit"
        lines: list[str] = []
        for _ in range(200):
            lines = log.read_text("utf-8").splitlines() if log.exists() else []
            found = [json.loads(line) for line in lines]
            if set(requests) <= {line["request"] for line in found}:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no line of one of {requests} in {lines}")


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Server]:
    """A server as a user starts it, stopped by whoever started it."""
    command = [sys.executable, "-m", "graphmem", "--store", str(folder / "a.db"), "--json"]
    with (folder / "stderr").open("w") as said:
        process = subprocess.Popen(
            [*command, "serve", "--port", "0", "--json-logs"],
            stdout=subprocess.PIPE, stderr=said, text=True, cwd=folder,
            env={**os.environ, **environment},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (folder / "stderr").read_text()
            url = json.loads(line)["url"]
            with httpx.Client(base_url=url, timeout=240) as client:
                client.get("/health/live").raise_for_status()
                yield Server(url, process, folder, client)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=240)
            process.stdout and process.stdout.close()


def made(file: KeyFile, name: str, scope: str, spaces: list[str] | None, days: int = 1) -> str:
    until = datetime.now(UTC) + timedelta(days=days)
    return file.create(name, [scope], spaces, until)[0]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = KeyFile(tmp_path_factory.mktemp("served") / "a.db.keys")
    tokens = {
        "reader": made(file, "reader", "read", ["mine"]),
        "writer": made(file, "writer", "write", ["mine"]),
        "admin": made(file, "admin", "admin", None),
        "other": made(file, "other", "admin", ["other"]),
        "expired": made(file, "expired", "admin", None, days=-1),
        "revoked": made(file, "revoked", "admin", None),
        "unknown": "gmk_0123456789ab_" + "s" * 43,
        "folder": str(file.path.parent),
    }
    tokens["wrong"] = tokens["admin"][:-5] + "wrong"
    file.revoke("revoked")
    return tokens


@pytest.fixture(scope="module")
def server(tokens: dict[str, str]) -> Iterator[Server]:
    with serving(Path(tokens["folder"]), GRAPHMEM_LIMITS_WRONG_KEYS="0") as server:
        yield server


def all_routes() -> set[tuple[str, str]]:
    app = create_app(Settings(store="memory://"))
    found = {
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }
    assert len(found) > 30
    return found


def routes() -> list[tuple[str, str]]:
    return sorted((method, path) for method, path in all_routes() if not is_public(path))


def call(server: Server, method: str, path: str, token: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = "{}" if method in ("POST", "PUT", "PATCH") else None
    return server.client.request(
        method, path.format_map(PARAMETERS), content=body,
        headers={**headers, "Content-Type": "application/json"},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["unknown", "wrong", "expired", "revoked", None])
def test_no_route_lets_in_who_has_no_key_that_holds(
    server: Server, tokens: dict[str, str], kind: str | None
) -> None:
    for method, path in [*routes(), ("GET", "/no/such"), ("OPTIONS", "/v1/mine/search")]:
        answer = call(server, method, path, kind and tokens[kind])
        assert answer.status_code == 401, (method, path)
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer realm="graphmem"')
        assert ("invalid_token" in challenge) == (kind is not None)
        if method != "HEAD":
            assert answer.json()["code"] == "unauthorized"


def test_a_key_of_another_space_is_denied_whether_or_not_there_is_one(
    server: Server, tokens: dict[str, str]
) -> None:
    for method, path in routes():
        answer = call(server, method, path, tokens["other"])
        if "{space}" in path:
            assert answer.status_code == 403, (method, path)
        elif path not in OWN:
            assert answer.status_code in (403, 404), (method, path)
    # To the letter: what is there and what is not.
    call(server, "POST", "/v1/{space}/memories?wait=true", tokens["writer"])
    answers = [
        server.client.post(
            f"/v1/{space}/search", json={"question": "who?"},
            headers={"Authorization": f"Bearer {tokens['other']}", "X-Request-ID": "same"},
        )
        for space in ("mine", "nobodys")
    ]  # fmt: skip
    assert answers[0].content == answers[1].content


def test_a_key_to_read_changes_nothing(server: Server, tokens: dict[str, str]) -> None:
    n_denied = 0
    for method, path in routes():
        if method in ("GET", "HEAD") or path in READING:
            continue
        answer = call(server, method, path, tokens["reader"])
        assert answer.status_code == 403, (method, path)
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]
        n_denied += 1
    assert n_denied > 5
    for path in READING:
        assert call(server, "POST", path, tokens["reader"]).status_code not in (401, 403), path
    assert call(server, "GET", "/metrics", tokens["reader"]).status_code == 403
    assert call(server, "GET", "/metrics", tokens["admin"]).status_code == 200


def test_only_what_tells_nothing_of_a_memory_needs_no_key(server: Server) -> None:
    public = {path for _, path in all_routes() if is_public(path)}
    assert {path for path in public if not path.startswith("/explorer")} == {
        "/health/live", "/health/ready", "/openapi.json",
    }  # fmt: skip
    said = call(server, "GET", "/health/ready", None).json()
    assert said.keys() == {"status", "reasons"}
    assert said["status"] == "ready" or said["reasons"][0].startswith("starting: ")
    # A way round by dots leads nowhere: paths are taken as they are.
    with socket.create_connection(server.address, timeout=30) as client:
        client.sendall(b"GET /explorer/../v1/mine/stats HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 404 " in client.recv(4096).partition(b"\r\n")[0]


def test_no_secret_is_in_a_log_an_answer_or_the_audit(
    server: Server, tokens: dict[str, str]
) -> None:
    secret = tokens["admin"].split("_", 2)[2]
    for token in (tokens["admin"], tokens["wrong"]):
        answers = [
            server.client.get(f"/v1/{token}/stats", params={"key": token}),
            server.client.get(
                f"/v1/mine/stats?token={token}",
                headers={"Authorization": f"Bearer {token}", "X-Request-ID": token},
            ),
            server.client.get("/v1/mine/stats", headers={"Authorization": f"Basic {token}"}),
        ]
        assert all(secret[:20] not in answer.text for answer in answers)
    audit = (server.folder / "a.db.audit").read_text("utf-8")
    said = server.said()
    for text in (audit, said):
        assert secret[:20] not in text
        assert '"status": 401' in text
    # Of every line: who, what and which request.
    for line in audit.splitlines():
        assert {"at", "request", "key", "method", "path", "status"} <= json.loads(line).keys()
    assert all("message" in json.loads(line) for line in said.splitlines())
    assert stat_mode(server.folder / "a.db.audit") == stat_mode(server.folder / "a.db.keys")
    assert stat_mode(server.folder / "a.db.keys") == 0o600


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_writes_and_denials_are_in_the_audit_log(server: Server, tokens: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {tokens['writer']}", "X-Request-ID": "write-1"}
    body = {"text": "Nobody may read this in a log."}
    answer = server.client.post("/v1/mine/memories", json=body, headers=headers)
    assert answer.status_code in (200, 202), answer.text
    lines = server.audited("write-1")
    (line,) = [line for line in lines if line["request"] == "write-1"]
    assert (line["key"], line["path"]) == ("writer", "/v1/mine/memories")
    assert not any("Nobody may read" in json.dumps(line) for line in lines)


def test_a_revoked_key_is_refused_by_a_running_server(
    server: Server, tokens: dict[str, str]
) -> None:
    file = KeyFile(server.folder / "a.db.keys")
    token = made(file, "short", "read", ["mine"])
    deadline = time.monotonic() + 10
    while call(server, "GET", "/v1/{space}/stats", token).status_code == 401:
        assert time.monotonic() < deadline
    began = time.monotonic()
    file.revoke("short")
    while call(server, "GET", "/v1/{space}/stats", token).status_code != 401:
        assert time.monotonic() < began + 10


SLOW = {
    b"": False,
    b"GET / HTTP/1.1\r\nX: ": True,
    b"POST /v1/a/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{": True,
}


def test_who_sends_too_slowly_is_let_go(tmp_path: Path) -> None:
    """No byte at all, half a head, or half a body: twenty of each."""
    with serving(tmp_path, GRAPHMEM_LIMITS_REQUEST_S="0.5") as server, ExitStack() as opened:
        clients = []
        for head in [*SLOW] * 20:
            client = socket.create_connection(server.address, timeout=240)
            clients.append((head, opened.enter_context(client)))
            client.sendall(head)
        for head, client in clients:
            assert (b" 408 " in received(client)) == SLOW[head], head
        assert server.client.get("/health/live").status_code == 200


def received(client: socket.socket) -> bytes:
    data = b""
    while part := client.recv(4096):
        data += part
    return data


def test_floods_are_refused_early(server: Server, tokens: dict[str, str]) -> None:
    """Heads without end, and a body of a gigabyte: said beforehand, or sent in chunks."""
    with socket.create_connection(server.address, timeout=30) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert sent(client, b"X-Flood: " + b"y" * 1000 + b"\r\n", 10_000) < 10_000
    head = (
        f"POST /v1/mine/memories HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {tokens['writer']}\r\n"
    ).encode()
    with socket.create_connection(server.address, timeout=30) as client:
        client.sendall(head + b"Content-Length: 1000000000\r\n\r\n")
        answer = client.recv(4096)
        assert b" 413 " in answer.partition(b"\r\n")[0]
        assert b"body_too_large" in answer + client.recv(4096)
    chunk = b"100000\r\n" + b"z" * 0x100000 + b"\r\n"
    with socket.create_connection(server.address, timeout=30) as client:
        client.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        assert sent(client, chunk, 1000) < 200
    assert server.client.get("/health/live").status_code == 200


def sent(client: socket.socket, data: bytes, times: int) -> int:
    """Send again and again; return how often it went before the other side hung up."""
    for n in range(times):
        try:
            client.sendall(data)
        except OSError:
            return n
    return times


def test_without_keys_only_this_machine_and_its_own_pages(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        port = server.address[1]
        for host, origin, status in (
            (f"127.0.0.1:{port}", None, 200),
            (f"localhost:{port}", f"http://localhost:{port}", 200),
            ("evil.example", None, 403),
            (f"127.0.0.1.evil.example:{port}", None, 403),
            (f"127.0.0.1:{port}", "http://evil.example", 403),
            (f"127.0.0.1:{port}", "null", 403),
        ):
            headers = {"Host": host, **({"Origin": origin} if origin else {})}
            for path in ("/health/live", "/v1/a/stats"):
                answer = server.client.get(path, headers=headers)
                assert answer.status_code == status, (host, origin, path)
                assert "access-control-allow-origin" not in answer.headers
        # The first key closes it.
        made(KeyFile(tmp_path / "a.db.keys"), "first", "read", None)
        deadline = time.monotonic() + 10
        while server.client.get("/v1/a/stats").status_code != 401:
            assert time.monotonic() < deadline
    done = subprocess.run(
        [sys.executable, "-m", "graphmem", "--store", str(tmp_path / "b.db"), "serve",
         "--host", "0.0.0.0", "--port", "0"],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "loopback only" in done.stderr


def test_who_is_being_answered_when_the_server_stops_is_answered(tmp_path: Path) -> None:
    """Two processes: one answers while both are told to end, and nothing is left of them."""
    with serving(tmp_path, GRAPHMEM_WORKERS="2") as server:
        with socket.create_connection(server.address, timeout=240) as client:
            client.sendall(
                b"POST /v1/a/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
                b"\r\nContent-Length: 19\r\n\r\n"
            )
            # It is being read when the signal comes, and ends after it.
            wait_for(lambda: "graphmem_requests_now 1.0" in metrics(server))
            server.process.send_signal(signal.SIGTERM)
            client.sendall(b'{"question":"who?"}')
            assert received(client).startswith(b"HTTP/1.1 200")
        assert server.process.wait(timeout=240) == 0
        with pytest.raises(httpx.ConnectError):
            server.client.get("/")
    assert "Traceback" not in server.said()


def metrics(server: Server) -> str:
    # The request that asks is one of those that are worked on.
    text = server.client.get("/metrics").text
    return (
        text.replace("graphmem_requests_now 2.0", "graphmem_requests_now 1.0")
        if ("graphmem_requests_now 2.0" in text)
        else text.replace("graphmem_requests_now 1.0", "")
    )


def wait_for(what: object) -> None:
    deadline = time.monotonic() + 60
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
