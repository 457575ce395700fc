"""Several processes of one server: each takes its share, and knows what another showed."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from scripts.kill_server.server import Server, free_port

pytestmark = pytest.mark.slow

N_CLIENTS, N_ROUNDS = 40, 5


def test_any_process_takes_feedback_on_what_another_showed(tmp_path: Path) -> None:
    server = Server(tmp_path / "a.db", free_port(), workers=2)
    try:
        server.wait()
        # A connection each, so that both are met.
        headers = {"Connection": "close"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=120) as http:
            body = {"text": "Ann keeps the red kite in the shed.", "source": "kite"}
            assert http.post("/v1/s/memories?wait=true", json=body).status_code == 201
            for n in range(8):
                asked = {"question": f"Where does Ann keep kite {n}?"}
                recall = http.post("/v1/s/search", json=asked).json()
                used = [recall["hits"][0]["uid"]]
                said = {"recall_id": recall["id"], "used": used, "outcome": True}
                # Another process may hear of it a moment later; on a busy machine, a long one.
                end = time.monotonic() + 120
                while (
                    answer := http.post("/v1/s/feedback", json=said)
                ).status_code == 404 and time.monotonic() < end:
                    pass
                assert answer.status_code == 200, answer.text
                theirs = http.post("/v1/t/feedback", json=said)
                assert theirs.status_code == 404
    finally:
        assert server.stop() == 0
    assert "Traceback" not in (tmp_path / "a.db.said").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="it counts sockets in /proc")
def test_clients_who_come_together_are_dealt_out(tmp_path: Path) -> None:
    server = Server(tmp_path / "a.db", free_port(), workers=2)
    try:
        server.wait()
        _wait_until(lambda: len(server.workers()) == 2 and min(_dealt(server, 2)) > 0)
        held = [sorted(_dealt(server, N_CLIENTS)) for _ in range(N_ROUNDS)]
        # A process that is busy just then takes few; most of the time it is not.
        assert sorted(few for few, _ in held)[N_ROUNDS // 2] >= N_CLIENTS // 8, held
    finally:
        assert server.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="it looks for processes in /proc")
def test_a_worker_that_dies_is_replaced_whoever_is_asked(tmp_path: Path) -> None:
    server = Server(tmp_path / "a.db", free_port(), workers=2)
    said = tmp_path / "a.db.said"
    try:
        server.wait()
        _wait_until(lambda: len(server.workers()) == 2)
        silent, other = server.workers()
        os.kill(silent, signal.SIGSTOP)
        time.sleep(2)  # it has been asked whether it is well, and cannot say
        # Neither is the other waited for until that one has had its time, nor is it itself.
        for dies in (other, silent):
            _replaced(server, dies)
            told = f"the worker {dies} was ended by SIGKILL: another is started"
            assert told in said.read_text()
    finally:
        assert server.stop() == 0


def _replaced(server: Server, dies: int) -> None:
    """Kill a worker, and wait until there is another."""
    before = set(server.workers())
    os.kill(dies, signal.SIGKILL)
    _wait_until(lambda: bool(set(server.workers()) - before), within_s=60)


def _dealt(server: Server, n_clients: int) -> list[int]:
    """Have clients come together and stay; return how many each process took."""
    workers = server.workers()
    before = _still(workers)
    with ExitStack() as opened:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        clients = [opened.enter_context(socket.socket()) for _ in range(n_clients)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(address)  # none waits for the one before
        for client in clients:
            client.settimeout(60)
            client.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert all(b"200 OK" in client.recv(65_536) for client in clients)
        return [_n_sockets(pid) - n for pid, n in zip(workers, before, strict=True)]


def _still(workers: list[int]) -> list[int]:
    """Wait until no socket comes or goes, and return how many each process has."""
    seen: list[list[int]] = []

    def is_still() -> bool:
        seen.append([_n_sockets(pid) for pid in workers])
        return len(seen) > 1 and seen[-1] == seen[-2]

    _wait_until(is_still)
    return seen[-1]


def _wait_until(done: Callable[[], bool], within_s: float = 120) -> None:
    end = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def _n_sockets(pid: int) -> int:
    """Return how many sockets a process has open."""
    n_sockets = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            n_sockets += str(link.readlink()).startswith("socket:")
    return n_sockets
