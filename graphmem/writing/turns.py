"""Lets threads hand the interpreter on soon, while encoders run beside the one that parses.

An encoder's helper needs the interpreter for a moment between two runs. Python gives it that after
5 ms of the other thread's work, which is as long as a run takes, and so long a processor is idle.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["TURN_S", "short_turns"]

TURN_S = 0.0005

_lock = threading.Lock()
_n_short = 0
_before = TURN_S


@contextmanager
def short_turns() -> Iterator[None]:
    """Shorten the turns of all threads until the last block is left; shorter ones stay."""
    global _n_short, _before
    with _lock:
        if _n_short == 0:
            _before = sys.getswitchinterval()
            sys.setswitchinterval(min(_before, TURN_S))
        _n_short += 1
    try:
        yield
    finally:
        with _lock:
            _n_short -= 1
            if _n_short == 0:
                sys.setswitchinterval(_before)
