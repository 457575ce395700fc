"""A server as operators meet it: figures of all processes, refusals before a request, an end."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphmem_pipelines.ledger.writes import WriteLedger
from scripts.kill_server.server import Server, free_port

pytestmark = pytest.mark.slow

PATIENCE_S = 120
WAITING = "graphmem_writes_waiting"


@contextmanager
def serving(store: Path, workers: int = 1, **settings: str) -> Iterator[Server]:
    server = Server(store, free_port(), workers, settings)
    try:
        server.wait()
        yield server
    finally:
        assert server.stop() == 0


def until(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def figure(http: httpx.Client, name: str) -> float:
    lines = http.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


def test_the_queue_is_told_as_it_is_whichever_process_is_asked(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    with serving(store, workers=2) as server, ExitStack() as opened:
        # Each keeps its connection, and so its process.
        clients = [
            opened.enter_context(httpx.Client(base_url=server.url, timeout=PATIENCE_S))
            for _ in range(12)
        ]
        path = store.with_name(store.name + ".jobs")
        with closing(WriteLedger(path)) as ledger, ledger.turn("s"):  # as another process
            for n in range(3):
                clients[0].post("/v1/s/memories", json={"text": f"Alice has {n}."})
            for client in clients:
                assert until(lambda client=client: figure(client, WAITING) == 3)
        # The others are not asked again, and what they told is of no matter.
        until(lambda: figure(clients[0], WAITING) == 0)


def said(address: str, *parts: bytes) -> tuple[int, dict[str, Any], str]:
    """Return what a server answers to bytes: the status, the problem, and the id of its head."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as client:
        for part in parts:
            client.sendall(part)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    assert fields["content-type"] == "application/problem+json"
    return int(lines[0].split()[1]), json.loads(body), fields["x-request-id"]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"no request at all\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000, 400, "bad_request"),
        (b"POST /v1/s/memories HTTP/1.1\r\n", 408, "request_timeout"),
    ],
)
def test_what_never_becomes_a_request_is_a_problem_too_and_in_the_log(
    tmp_path: Path, sent: bytes, status: int, code: str
) -> None:
    store = tmp_path / "a.db"
    with serving(store, GRAPHMEM_LIMITS_REQUEST_S="1") as server:
        answered, problem, request_id = said(server.url, sent)
        assert (answered, problem["status"], problem["code"]) == (status, status, code)
        assert problem["request_id"] == request_id
        line = until(
            lambda: [
                line for line in Path(f"{store}.said").read_text().splitlines()
                if request_id in line
            ]
        )  # fmt: skip
        assert f"status={status}" in line[0]


def test_who_comes_where_too_many_are_connected_is_told_so(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "a.db", GRAPHMEM_LIMITS_CONNECTIONS="4") as server,
        ExitStack() as held,
    ):
        host, port = server.url.removeprefix("http://").split(":")
        for _ in range(6):
            held.enter_context(socket.create_connection((host, int(port))))

        def refused() -> httpx.Response | None:
            answer = httpx.get(server.url + "/health/live", timeout=PATIENCE_S)
            return answer if answer.status_code == 503 else None

        answer = until(refused)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "too_many_connections"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert answer.headers["retry-after"] == "1"


def test_a_server_ends_in_time_though_a_call_does_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = {
            "GRAPHMEM_LLM": "openai:silent",
            "GRAPHMEM_SHUTDOWN_S": "1",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/v1",
        }
        with serving(tmp_path / "a.db", **settings) as server:
            api = server.url + "/v1/s"
            text = {"text": "Alice lives in Rome."}
            httpx.post(api + "/memories?wait=true", json=text, timeout=PATIENCE_S)
            question = {"question": "Where does Alice live?"}
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(api + "/answer", json=question, timeout=httpx.Timeout(20, read=5))
            with silent.accept()[0]:  # it has been asked, and says nothing
                assert server.stop() == 0
    assert "did not end in time" in (tmp_path / "a.db.said").read_text()
