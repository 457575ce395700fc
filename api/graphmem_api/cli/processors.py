"""The processes of a busy server, each on a processor of its own.

Threads of two processes that wander over two processors find them with the other's memory at
hand. That costs a busy server a tenth of its searches, and one that is not busy nothing: there a
process may have all processors.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["Processors", "seconds_used"]

_BUSY, _BUSY_STILL = 0.8, 0.6
"""Of its part of the processors, what each process uses before they are dealt out, and since."""


def seconds_used(pid: int) -> float:
    """Return the seconds of processors that a process has used; 0 where it is gone."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


class Processors:
    """Deals out the processors that this process may use, where the system allows it (Linux).

    Args:
        used: tells the seconds of processors that a process has used.
        clock: tells seconds.
    """

    def __init__(
        self,
        used: Callable[[int], float] = seconds_used,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        may = getattr(os, "sched_getaffinity", None)
        self._all: tuple[int, ...] = tuple(sorted(may(0))) if may else ()
        self._dealt: tuple[int, ...] = ()
        self._used, self._clock = used, clock
        self._seen: dict[int, float] = {}
        self._at = clock()

    def deal(self, pids: Sequence[int]) -> None:
        """Bind each process where all are busy; free them where one is not.

        So one that could use the processor of another that is idle is held back no longer than
        until this is called again.

        Args:
            pids: of the processes, each at its place.
        """
        if len(self._all) < 2 or len(pids) % len(self._all):
            return
        wanted = tuple(pids) if self._are_busy(pids) else ()
        if wanted != self._dealt:
            for place, pid in enumerate(pids):
                _bind(pid, [self._all[place % len(self._all)]] if wanted else self._all)
            self._dealt = wanted

    def _are_busy(self, pids: Sequence[int]) -> bool:
        before, since = self._seen, self._at
        self._seen, self._at = {pid: self._used(pid) for pid in pids}, self._clock()
        part = len(self._all) / len(pids) * (self._at - since)
        enough = part * (_BUSY_STILL if self._dealt else _BUSY)
        return all(pid in before and self._seen[pid] - before[pid] >= enough for pid in pids)


def _bind(pid: int, processors: Collection[int]) -> None:
    # Twice: threads that come meanwhile are where the one was that made them.
    for _ in range(2):
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread), processors)
