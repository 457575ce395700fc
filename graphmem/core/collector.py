"""Holds Python's cycle collector back while many objects are made.

A batch that is composed, or rows that are loaded, are some hundred thousand small objects without
cycles. The collector looks through all of them again and again and finds nothing: a third of the
time that a commit took. Modules stay for good.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from graphmem.core.while_wanted import WhileWanted

__all__ = ["collector_paused"]


def _pause() -> Callable[[], object]:
    was_enabled = gc.isenabled()
    gc.disable()
    return gc.enable if was_enabled else gc.disable


collector_paused = WhileWanted(_pause)
"""A block in which the collector is paused: until the last of all threads that want it is done."""
