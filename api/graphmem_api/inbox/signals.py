"""Hears that the server is asked to stop: it waits for open streams, and these wait for it."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["on_stop"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def on_stop(tell: Callable[[], None]) -> Iterator[None]:
    """Have something told, in the loop, when the process is asked to stop, during a block.

    Who handled the signal before does so still. Only a main thread hears signals; a server in
    another one is stopped by whoever runs it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {one: signal.getsignal(one) for one in _SIGNALS}

    def hear(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        earlier = before[signal.Signals(number)]
        if callable(earlier):
            earlier(number, frame)

    for one in _SIGNALS:
        signal.signal(one, hear)
    try:
        yield
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)
