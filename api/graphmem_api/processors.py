"""The processes of a busy server, each on a processor of its own.

Threads of two processes that wander over two processors find them with the other's memory at
hand. That costs a busy server a tenth of its searches, and one that is not busy nothing: there a
process may have all processors.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["Processors", "allowed", "seconds_used"]

_BUSY, _BUSY_STILL = 0.8, 0.6
"""Of its part of the processors, what each process uses before they are dealt out, and since."""


def allowed() -> tuple[int, ...]:
    """Return the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def seconds_used(pid: int) -> float:
    """Return the seconds of processors that a process has used; 0 where nobody can tell."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


class Processors:
    """Deals out the processors that this process may use, where the system tells enough (Linux).

    Args:
        used: tells the seconds of processors that a process has used.
        clock: tells seconds.
    """

    def __init__(
        self,
        used: Callable[[int], float] = seconds_used,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._used, self._clock = used, clock
        self._seen: dict[int, float] = {}
        self._at = clock()
        # The processor of each process, while they are dealt out.
        self._dealt: dict[int, int] = {}

    def deal(self, pids: Sequence[int]) -> None:
        """Bind each process where all are busy; free them where one is not.

        So one that could use the processor of another that is idle is held back no longer than
        until this is called again.

        Args:
            pids: of the processes, each at its place.
        """
        own, before = allowed(), self._dealt
        busy = self._are_busy(pids, len(own))
        self._dealt = {pid: own[at % len(own)] for at, pid in enumerate(pids)} if busy else {}
        for pid in pids:
            if self._dealt.get(pid) != before.get(pid):
                _bind(pid, (self._dealt[pid],) if busy else own)

    def free(self) -> None:
        """Let all use all processors, until they are dealt out again."""
        for pid in self._dealt:
            _bind(pid, allowed())
        self._dealt, self._seen = {}, {}

    def _are_busy(self, pids: Sequence[int], n_own: int) -> bool:
        before, since = self._seen, self._at
        self._seen, self._at = {pid: self._used(pid) for pid in pids}, self._clock()
        if n_own < 2 or not pids or len(pids) % n_own:
            return False
        part = n_own / len(pids) * (self._at - since)
        enough = part * (_BUSY_STILL if self._dealt else _BUSY)
        return all(pid in before and self._seen[pid] - before[pid] >= enough for pid in pids)


def _bind(pid: int, processors: Sequence[int]) -> None:
    # Twice: threads that come meanwhile are where the one was that made them.
    for _ in range(2):
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread), processors)
