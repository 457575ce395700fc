"""The processes of a server that has several: one that is gone is replaced at once."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import suppress
from socket import socket
from weakref import WeakKeyDictionary

from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from graphmem_api.processors import Processors

__all__ = ["Workers"]

_LOG = logging.getLogger("graphmem")


class Workers(Multiprocess):
    """Replaces workers that end or hang, and waits for none of them.

    uvicorn's own waits for the answer of one worker while it looks after no other and hears no
    signal, and a worker that dies then is waited for as long as one that hangs.
    """

    def __init__(self, config: Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        self._patience_s = config.timeout_worker_healthcheck
        self._processors = Processors()
        # Since when a worker owes an answer, in seconds of the monotonic clock.
        self._asked: WeakKeyDictionary[Process, float] = WeakKeyDictionary()

    def keep_subprocess_alive(self) -> None:
        """Look after each worker once; it is called twice a second."""
        self._processors.deal([worker.pid for worker in self.processes if worker.pid])
        for place, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            was_alive = worker.process.is_alive()
            if was_alive and self._answers(worker):
                continue
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:  # another would fail in the same way
                _LOG.error("the worker %s could not start, so the server ends", worker.pid)
                self.should_exit.set()
                return
            hung = f"did not answer for {self._patience_s} s and was killed"
            how = hung if was_alive else _ended(worker.exitcode)
            _LOG.warning("the worker %s %s: another is started", worker.pid, how)
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    def restart_all(self) -> None:
        """Replace each worker; that may take minutes, in which none is looked after."""
        self._processors.free()
        super().restart_all()

    def _answers(self, worker: Process) -> bool:
        """Ask a worker, or look for its answer; False where it has had its time."""
        connection, asked = worker.parent_conn, self._asked
        try:
            if worker not in asked:
                asked[worker] = time.monotonic()
                connection.send(b"ping")
            elif connection.poll():
                connection.recv()
                del asked[worker]
        except (OSError, EOFError):
            return False
        since = asked.get(worker)
        return since is None or time.monotonic() - since < self._patience_s


def _ended(status: int | None) -> str:
    if status is not None and status < 0:
        with suppress(ValueError):  # a signal without a name
            return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
