"""Workers that do not answer, end, or cannot start."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from uvicorn import Config

from graphmem_api.cli.workers import Workers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it sends signals")

SERVES = "async def app(scope, receive, send): ..."
CANNOT_START = "async def app(scope, receive, send): raise RuntimeError"
ENDS = "import os; os._exit(7)"


@pytest.fixture
def made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[..., Workers]]:
    before = {one: signal.getsignal(one) for one in signal.valid_signals()}
    running: list[Workers] = []
    log = logging.getLogger("graphmem")
    log.addHandler(caplog.handler)
    monkeypatch.syspath_prepend(str(tmp_path))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))

        def make(app: str, patience_s: int = 600) -> Workers:
            (tmp_path / "app_of_test.py").write_text(app)
            config = Config(
                "app_of_test:app",
                lifespan="on",
                log_config=None,
                timeout_worker_healthcheck=patience_s,
            )
            running.append(Workers(config, [listening]))
            running[0].init_processes()
            return running[0]

        yield make
        for workers in running:
            for process in workers.processes:
                process.kill()
            workers.join_all()
    log.removeHandler(caplog.handler)
    for one, handler in before.items():
        if handler is not None and signal.getsignal(one) != handler:
            signal.signal(one, handler)


def test_one_that_does_not_answer_is_killed_and_replaced(
    made: Callable[..., Workers], caplog: pytest.LogCaptureFixture
) -> None:
    workers = made(SERVES, patience_s=1)
    pid = workers.processes[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    _look_after(workers, lambda: workers.processes[0].pid != pid)
    told = f"the worker {pid} did not answer for 1 s and was killed: another is started"
    assert told in caplog.messages


def test_one_that_ends_is_replaced_and_its_status_told(
    made: Callable[..., Workers], caplog: pytest.LogCaptureFixture
) -> None:
    workers = made(ENDS)
    pid = workers.processes[0].pid
    _look_after(workers, lambda: workers.processes[0].pid != pid)
    assert f"the worker {pid} ended with status 7: another is started" in caplog.messages


def test_where_one_cannot_start_the_server_ends(
    made: Callable[..., Workers], caplog: pytest.LogCaptureFixture
) -> None:
    workers = made(CANNOT_START)
    _look_after(workers, workers.should_exit.is_set)
    (pid,) = (worker.pid for worker in workers.processes)
    assert f"the worker {pid} could not start, so the server ends" in caplog.messages


def _look_after(workers: Workers, done: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not done():
        assert time.monotonic() < end
        workers.keep_subprocess_alive()
        time.sleep(0.05)
