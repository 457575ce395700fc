"""One piece of work in a second thread, while the caller is busy where Python's lock is free."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Aside", "Shared"]

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
            lent = self._lent = process, ThreadPoolExecutor(1, thread_name_prefix="graphmem-aside")
        return lent[1]


class Shared(Generic[_T]):
    """A piece of work that a thread does, or who needs it first, if the thread has not begun it.

    So nobody waits for what others have lent to the thread.

    Args:
        work: what is to be done.
        aside: the thread.
    """

    def __init__(self, work: Callable[[], _T], aside: Aside) -> None:
        self._work, self._begun = work, aside.start(work)
        self._own: list[_T] = []
        self._lock = Lock()

    def result(self) -> _T:
        """Return what the work returns, or raise what it raises."""
        with self._lock:
            if not self._own and self._begun.cancel():
                self._own.append(self._work())
            return self._own[0] if self._own else self._begun.result()

    def give_up(self) -> bool:
        """Do nothing any more, and tell whether nothing was begun."""
        return not self._own and self._begun.cancel()
