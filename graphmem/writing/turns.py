"""Lets threads hand the interpreter on soon, while encoders run beside the one that parses.

An encoder's helper needs the interpreter for a moment between two runs. Python gives it that after
5 ms of the other thread's work, which is as long as a run takes, and so long a processor is idle.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from graphmem.core.while_wanted import WhileWanted

__all__ = ["TURN_S", "short_turns"]

TURN_S = 0.0005


def _shorten() -> Callable[[], object]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, TURN_S))
    return partial(sys.setswitchinterval, before)


short_turns = WhileWanted(_shorten)
"""A block in which the turns of all threads are short; shorter ones stay."""
