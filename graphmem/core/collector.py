"""Holds Python's cycle collector back while many objects are made.

What makes some hundred thousand small objects without cycles (a batch that is composed, rows for
a query, a first start) gains nothing from the collector, which looks through all of them again
and again: a third of the time that a commit took.
"""

from __future__ import annotations

import gc
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
