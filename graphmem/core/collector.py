"""Holds Python's cycle collector back while many objects are made.

A batch that is composed, or rows that are loaded, are some hundred thousand small objects without
cycles. The collector looks through all of them again and again and finds nothing: a third of the
time that a commit took. Modules stay for good.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collector_paused"]

_lock = threading.Lock()
_n_paused = 0
_was_enabled = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector until the last of all threads that paused it is done."""
    global _n_paused, _was_enabled
    with _lock:
        if _n_paused == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _n_paused += 1
    try:
        yield
    finally:
        with _lock:
            _n_paused -= 1
            if _n_paused == 0 and _was_enabled:
                gc.enable()


def _forget() -> None:
    """Start anew in a forked child, where the threads that paused it are not."""
    global _lock, _n_paused
    _lock = threading.Lock()
    if _n_paused and _was_enabled:
        gc.enable()
    _n_paused = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
