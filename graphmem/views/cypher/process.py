"""One process that runs statements of users: it may break, hang or be stopped by itself.

The engine itself looks at the time only between its steps, counts only a part of its memory, and
a few values end the process that it runs in. So nothing of a user runs in ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

from graphmem.errors import StoreError
from graphmem.views.cypher.opening import ENGINE
from graphmem.views.cypher.wire import from_wire, to_wire

__all__ = ["OPEN_S", "Engine", "Unopened"]

OPEN_S = 60.0
"""Seconds that an engine may take to open a file."""

# A process may look for modules where this one does, and nowhere else first.
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from graphmem.views.cypher.child import main; main()"
)
_READ_BYTES = 1 << 20


class Unopened(StoreError):
    """The file cannot be opened: another process may have put a newer one in its place."""


class Engine:
    """One process, used by one thread at a time.

    Attributes:
        owner: whose it is; it opens no file of another.
        path: of the file that it has open.
        idle_since: when it was used last, by the monotonic clock.
        was_late: whether it was stopped because of the time.
    """

    def __init__(self, owner: object) -> None:
        """Start it.

        Raises:
            StoreError: It cannot be started.
        """
        self.owner = owner
        self.path: Path | None = None
        self.idle_since = time.monotonic()
        self.was_late = False
        if not sys.executable:
            raise StoreError(f"{ENGINE} needs a Python to run in, and sys.executable names none")
        roots = json.dumps([root for root in sys.path if isinstance(root, str)])
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, roots],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                # What stops the program from a terminal is the program's to handle.
                start_new_session=True,
            )
        except OSError as error:
            raise StoreError(f"{ENGINE} cannot start a process ({error.strerror})") from error
        self._end = weakref.finalize(self, _stop, self._process, os.getpid())

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked again."""
        return not self.was_late and self._process.poll() is None

    def open(self, path: Path) -> None:
        """Open a file, where it is not open.

        Raises:
            Unopened: It cannot be opened.
        """
        if self.path == path:
            return
        answer = self.ask({"path": str(path)}, OPEN_S)
        if answer != {}:
            why = (answer or {}).get("unopened") or f"its process ended: {self.end()}"
            raise Unopened(f"{ENGINE} at {path} cannot be opened ({why})")
        self.path = path

    def ask(self, request: dict[str, Any], most_s: float) -> dict[str, Any] | None:
        """Return the answer; None where the process came to its end, or was brought to it."""
        alarm = threading.Timer(most_s, self._stop_late)
        alarm.daemon = True
        alarm.start()
        try:
            line = self._exchanged(to_wire(request) + b"\n")
        except OSError:
            return None
        finally:
            alarm.cancel()
        answer: dict[str, Any] | None = from_wire(line) if line.endswith(b"\n") else None
        return answer

    def end(self) -> str:
        """Say how the process ended."""
        with suppress(subprocess.TimeoutExpired):  # its pipe is closed before it is gone
            self._process.wait(1.0)
        self.stop()
        code = self._process.returncode
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def stop(self) -> None:
        """End the process, or after a fork leave it to the parent; stopping twice is fine."""
        self._end()

    def _exchanged(self, line: bytes) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("both are pipes")
        left = memoryview(line)
        while left:
            left = left[os.write(stdin.fileno(), left) :]
        parts: list[bytes] = []
        while not parts or not parts[-1].endswith(b"\n"):
            part = os.read(stdout.fileno(), _READ_BYTES)
            if not part:
                break
            parts.append(part)
        return b"".join(parts)

    def _stop_late(self) -> None:
        self.was_late = True
        self._process.kill()


def _stop(process: subprocess.Popen[bytes], parent: int) -> None:
    if os.getpid() == parent:
        process.kill()
        process.wait()
    else:  # after a fork: the process is the parent's, and nobody waits for it here
        process.returncode = 0
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
