"""A real server in a process group of its own, so that all of it can be killed at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from scripts.kill_jobs.processes import descendants

__all__ = ["Server", "free_port"]

_START_S = 120.0
_STOP_S = 60.0


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`graphmem serve` over a store.

    Args:
        store: its file, or the address of a server.
        port: on which it listens; the same after a restart.
        workers: processes.
        settings: others, as the environment has them: {"GRAPHMEM_LIMITS_WAITING": "10"}.
        log: what it says; None is beside the file.
    """

    def __init__(
        self,
        store: Path | str,
        port: int,
        workers: int = 1,
        settings: dict[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "graphmem", "serve", "--store", str(store), "--json"]
        command += ["--port", str(port), "--workers", str(workers)]
        with (log or Path(f"{store}.said")).open("ab") as said:
            self.process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
                env={**os.environ, **(settings or {})},
            )

    def wait(self, headers: dict[str, str] | None = None) -> None:
        """Wait until it answers; `headers` are those of a caller who may read.

        Raises:
            RuntimeError: It ended, or took too long.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server ended with {self.process.wait()}")
        json.loads(line)
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            try:
                if httpx.get(self.url + "/v1/jobs", headers=headers, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError("the server does not answer")

    def workers(self) -> list[int]:
        """Return the processes that answer, where there are several."""
        return sorted(pid for pid in descendants(self.process.pid) if _is_worker(pid))

    def kill(self) -> None:
        """Kill it with all that belongs to it; nothing of it hears of that before."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self._gone()

    def kill_worker(self) -> bool:
        """Kill one worker alone, which its parent replaces; False where there is none yet."""
        workers = self.workers()
        if workers:
            os.kill(workers[0], signal.SIGKILL)
        return bool(workers)

    def stop(self) -> int:
        """Stop it as a user does, and return its exit status; one that hangs is killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            self._gone()

    def _gone(self) -> None:
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
