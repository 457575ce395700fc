"""A limit to how long one thing may take in a process that belongs to a job alone.

Python between two of its steps is stopped by a signal, and the process lives on. What holds the
interpreter, or waits inside a library, hears no signal: a moment later the process ends itself,
and who waits for it sees a death.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["TimeIsUp", "time_limit"]

_MAX_GRACE_S = 5.0


class TimeIsUp(BaseException):
    """It took too long. No `Exception`: a library that meets one would go on."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Give a block so many seconds. Only for processes that may be ended.

    Raises:
        TimeIsUp: It took longer, and could be stopped.
    """
    hears = hasattr(signal, "setitimer") and (
        threading.current_thread() is threading.main_thread()
    )
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(
            seconds + min(seconds, _MAX_GRACE_S), exit=True, file=nowhere
        )
        try:
            if hears:
                signal.signal(signal.SIGALRM, _raise)
                signal.setitimer(signal.ITIMER_REAL, seconds)
            try:
                yield
            finally:
                if hears:
                    signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            faulthandler.cancel_dump_traceback_later()


def _raise(number: int, frame: FrameType | None) -> None:
    raise TimeIsUp
