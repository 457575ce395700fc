"""One piece of work in a second thread, while the caller is busy where Python's lock is free."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["Aside", "result_of"]

_T = TypeVar("_T")


class Aside:
    """Runs calls one after the other in a thread of its own, which ends with this object.

    What others wait for stays with the caller, so that nobody waits for this thread to wake up
    where it has long finished. Made for work that is short beside the caller's.
    """

    def __init__(self) -> None:
        self._lent: tuple[int, ThreadPoolExecutor] | None = None

    def start(self, work: Callable[[], _T]) -> Future[_T]:
        """Begin; `result()` of what is returned waits, and raises what `work` raised."""
        try:
            return self._executor().submit(work)
        except RuntimeError:  # no thread can be started: the interpreter is ending
            done: Future[_T] = Future()
            done.set_result(work())
            return done

    def _executor(self) -> ThreadPoolExecutor:
        # A forked child has the parent's executor, but not its thread.
        lent, process = self._lent, os.getpid()
        if lent is None or lent[0] != process:
            lent = self._lent = process, ThreadPoolExecutor(1, thread_name_prefix="graphmem-match")
        return lent[1]


def result_of(work: Callable[[], _T], started: Future[_T]) -> _T:
    """Return the result of a piece of work, which is done here if the thread has not begun it.

    So nobody waits for what others have lent to the thread.

    Args:
        work: what was started.
        started: what `Aside.start` returned for it.
    """
    return work() if started.cancel() else started.result()
