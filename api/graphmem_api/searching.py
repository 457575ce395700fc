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

_PATIENCE_S = 1.0


class Pace:
    """Lets a few begin at a time, for as long as these are quick.

    Who has waited for a second begins beside them: what holds them up, a lock or a view that is
    built, need not hold up the others.

    Args:
        n: how many.
    """

    def __init__(self, n: int) -> None:
        self._free = asyncio.Semaphore(n)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for others, but not long, and have them wait."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._free.acquire()
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            self._free.release()


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
