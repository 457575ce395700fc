"""A few searches at once: more only take turns at the interpreter, and at what was just added."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from graphmem.aio import AsyncMemory
from graphmem.memory import Memory

__all__ = ["Pace", "PacedMemory"]

_LONGEST_S = 1.0


class Pace:
    """Has a few go on at a time, and counts each for a second at most.

    What takes longer is held up, by a lock or a view that is built, and need not hold up others.

    Args:
        n: how many.
    """

    def __init__(self, n: int) -> None:
        self._free = asyncio.Semaphore(n)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for a place, and have it for the length of a block, or for a second."""
        await self._free.acquire()
        held = True

        def give_back() -> None:
            nonlocal held
            if held:
                held = False
                self._free.release()

        late = asyncio.get_running_loop().call_later(_LONGEST_S, give_back)
        try:
            yield
        finally:
            late.cancel()
            give_back()


class PacedMemory(AsyncMemory):
    """A memory whose searches keep to a pace that they share with those of others.

    Args:
        memory: does the work.
        pool: where.
        pace: of all.
    """

    def __init__(self, memory: Memory, pool: ThreadPoolExecutor, pace: Pace) -> None:
        super().__init__(memory, pool)
        self._pace = pace

    async def search(self, *given: Any, **named: Any) -> Any:
        """Do as `Memory.search`."""
        async with self._pace.turn():
            return await super().search(*given, **named)

    async def context(self, *given: Any, **named: Any) -> Any:
        """Do as `Memory.context`."""
        async with self._pace.turn():
            return await super().context(*given, **named)
