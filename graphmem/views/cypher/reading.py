"""Runs statements of users in processes of their own, which are stopped where they must be.

The engine itself looks at the time only between its steps, counts only a part of its memory, and
a few values end the process that it runs in. So nothing of a user runs in ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from graphmem.errors import (
    GraphMemError,
    InvalidInput,
    StatementTimedOut,
    StoreBusy,
    StoreError,
)
from graphmem.views.cypher.opening import ENGINE
from graphmem.views.cypher.wire import from_wire, to_wire

__all__ = ["Answer", "Engines", "Reading", "Unopened"]

# A process may look for modules where this one does, and nowhere else first.
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from graphmem.views.cypher.child import main; main()"
)
_OPEN_S = 60.0
# Until then the engine should have stopped by itself, which costs no new process.
_GRACE_S = 0.5
_MOST_AT_ONCE = 4
_READ_BYTES = 1 << 20

Answer = tuple[list[str], list[list[Any]], bool]
"""The columns, rows in the engine's values, and whether there were more."""


class Unopened(StoreError):
    """The file cannot be opened: another process may have put a newer one in its place."""


class Reading:
    """An intact file that statements are run on; for many threads at once."""

    def __init__(self, path: Path, engines: Engines) -> None:
        """Open the file.

        Raises:
            StoreError: The engine cannot open it.
        """
        self._path, self._engines = path, engines
        with engines.lent(path, None):
            pass

    def run(
        self, statement: str, parameters: Mapping[str, Any], *, limit: int, timeout_s: float
    ) -> Answer:
        """Run one statement that was checked.

        Raises:
            InvalidInput: The engine does not understand it, or it needs too much memory.
            StatementTimedOut: It took longer than it may.
            StoreBusy: Others kept all engines for as long.
            StoreError: It broke the engine.
        """
        request = {
            "statement": statement, "parameters": dict(parameters), "limit": limit,
            "timeout_s": timeout_s,
        }  # fmt: skip
        with self._engines.lent(self._path, timeout_s) as engine:
            answer = engine.ask(request, timeout_s + _GRACE_S)
            if answer is None:
                raise _ended(engine, timeout_s)
            if "large" in answer:
                raise _too_large(answer["large"])
        if "refused" in answer:
            raise _refused(answer["refused"], timeout_s)
        return answer["columns"], answer["rows"], answer["cut"]

    def close(self) -> None:
        """Let go of the file; closing twice is fine."""
        self._engines.let_go(self._path)


class Engines:
    """The processes of one view: one, or a few where threads ask at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_MOST_AT_ONCE)
        self._idle: list[_Engine] = []

    @contextmanager
    def lent(self, path: Path, wait_s: float | None) -> Iterator[_Engine]:
        """Lend an engine that has the file open; it is stopped where anything goes wrong.

        Args:
            wait_s: seconds to wait for a turn; None takes one out of turn.

        Raises:
            StoreBusy: There was no turn.
            Unopened: The file cannot be opened.
        """
        with self._turn(wait_s):
            engine = self._take(path)
            try:
                engine.open(path)
                yield engine
            except BaseException:
                engine.stop()
                raise
            self._put_back(engine)

    def start(self) -> None:
        """Start one, so that it is there when a file has been made; it is not waited for."""
        with self._lock:
            if not self._idle:
                self._idle.append(_Engine())

    def let_go(self, path: Path | None = None) -> None:
        """Stop all that have a file open and do nothing; None: whatever they have open."""
        with self._lock:
            stopped = [one for one in self._idle if path is None or one.path == path]
            self._idle = [one for one in self._idle if one not in stopped]
        for engine in stopped:
            engine.stop()

    def leave_to_parent(self) -> None:
        """Forget the processes, after a fork, whoever held the lock at that moment."""
        for engine in self._idle:
            engine.stop()

    @contextmanager
    def _turn(self, wait_s: float | None) -> Iterator[None]:
        if wait_s is None:
            yield
            return
        if not self._turns.acquire(timeout=wait_s):
            raise StoreBusy(
                f"{_MOST_AT_ONCE} other statements ran for {wait_s:g} s and more; try again, or "
                "run fewer at once"
            )
        try:
            yield
        finally:
            self._turns.release()

    def _take(self, path: Path) -> _Engine:
        with self._lock:
            self._idle.sort(key=lambda one: one.path == path)
            if self._idle:
                return self._idle.pop()
        return _Engine()

    def _put_back(self, engine: _Engine) -> None:
        with self._lock:
            if engine.is_alive and len(self._idle) < _MOST_AT_ONCE:
                self._idle.append(engine)
                return
        engine.stop()


class _Engine:
    """One process, used by one thread at a time."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            StoreError: It cannot be started.
        """
        self.path: Path | None = None
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
        return not self.was_late and self._process.poll() is None

    def open(self, path: Path) -> None:
        """Open a file, where it is not open.

        Raises:
            Unopened: It cannot be opened.
        """
        if self.path == path:
            return
        answer = self.ask({"path": str(path)}, _OPEN_S)
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


def _ended(engine: _Engine, timeout_s: float) -> GraphMemError:
    if engine.was_late:
        return _timed_out(timeout_s)
    return StoreError(
        f"the statement broke the engine ({engine.end()}); nothing is lost, and others go on. It "
        "may have met a moment outside of the years 1 to 9999 or needed too much memory: write it "
        "in another way"
    )


def _timed_out(timeout_s: float) -> StatementTimedOut:
    return StatementTimedOut(
        f"the statement took longer than {timeout_s:g} s and was stopped; narrow it with "
        "WHERE or LIMIT, or allow it more time"
    )


def _too_large(why: str) -> InvalidInput:
    return InvalidInput(
        f"the statement needs more MiB than one may take ({why}); count or limit instead of "
        "collecting"
    )


def _refused(why: str, timeout_s: float) -> GraphMemError:
    if why.startswith("Interrupted"):
        return _timed_out(timeout_s)
    if "Unable to allocate memory" in why or "bad_alloc" in why:
        return _too_large("the engine's memory is used up")
    return InvalidInput(f"the statement cannot be run ({why})")
