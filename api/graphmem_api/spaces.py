"""The spaces of one store: a memory each, opened when first asked for, over shared models."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from graphmem.aio import AsyncMemory
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store
from graphmem_api.problems import Problem
from graphmem_api.settings import Settings

__all__ = ["Spaces"]

# For each that is worked on, so many may wait; who comes later is told to come again.
_WAIT_PER_WORK = 8
_MAX_WAIT_S = 30.0

R = TypeVar("R")


@dataclass(slots=True)
class _Held:
    """A memory that is open, and by how many it is used."""

    memory: AsyncMemory
    n_users: int = 0


class _Turns:
    """Lets so many work at once; a few more wait, and for no longer than others would.

    Args:
        n_at_once: how many work.
    """

    def __init__(self, n_at_once: int) -> None:
        self._free = asyncio.Semaphore(n_at_once)
        self._room = n_at_once * _WAIT_PER_WORK
        self._n_waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for one's turn.

        Raises:
            Problem: 503, where too many wait already, or it does not come.
        """
        if self._n_waiting >= self._room:
            raise _busy()
        self._n_waiting += 1
        try:
            async with asyncio.timeout(_MAX_WAIT_S):
                await self._free.acquire()
        except TimeoutError as error:
            raise _busy() from error
        finally:
            self._n_waiting -= 1
        try:
            yield
        finally:
            self._free.release()


def _busy() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        "the server works on as many calls as it may: try again in a moment",
        {"Retry-After": "1"},
    )


class Spaces:
    """Memories of one store. Nothing of it blocks an event loop.

    Args:
        settings: which store and models; how many spaces are held at once.

    Raises:
        StoreError: The store cannot be opened.
        InvalidInput: A model is unknown.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._models = LazyModels(settings.embedder, settings.extractor, settings.llm)
        self.store = open_store(settings.store)
        # Never fewer threads than calls that are let in, so that none waits for a thread.
        self.pool = ThreadPoolExecutor(settings.limits.concurrent + 8, "graphmem")
        self._all = _Turns(settings.limits.concurrent)
        self._slow = _Turns(max(1, settings.limits.concurrent // 2))
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Held] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def models(self) -> LazyModels:
        """What reads and embeds the texts of all spaces."""
        return self._models

    @property
    def last_used(self) -> str | None:
        """The space that was lent last, of those that are open."""
        with self._lock:
            return next(reversed(self._open), None)

    @asynccontextmanager
    async def lend(self, space: str, *, slow: bool = False) -> AsyncGenerator[AsyncMemory]:
        """Lend the memory of a space: it stays open for as long as anybody has it.

        Args:
            space: its name.
            slow: whether it is for something that may take seconds; half of all calls that are
                worked on may be so, and quick ones never wait for them.

        Raises:
            InvalidInput: No space can have that name.
            Problem: 503, where too many wait already, or one's turn does not come.
        """
        async with self._slow.turn() if slow else nullcontext(), self._all.turn():
            held = await self._take(space)
            try:
                yield held.memory
            finally:
                with self._lock:
                    held.n_users -= 1
                self._let_go_of_the_oldest()

    async def run(self, call: Callable[[], R]) -> R:
        """Return what a call returns that would hold up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, call)

    async def close(self) -> None:
        """Keep the views of what is open, and close the store."""
        with self._lock:
            memories = [held.memory for held in self._open.values()]
            self._open.clear()
        await asyncio.gather(*(memory.close() for memory in memories), *self._closing)
        self.store.close()
        self.pool.shutdown()

    async def _take(self, space: str) -> _Held:
        held = self._known(space)
        if held is not None:
            return held
        loop = asyncio.get_running_loop()
        memory = await loop.run_in_executor(self.pool, self._memory, space)
        with self._lock:
            if memory.space not in self._open:  # nobody was quicker
                self._open[memory.space] = _Held(AsyncMemory(memory, self.pool))
        return self._known(memory.space) or await self._take(memory.space)

    def _known(self, space: str) -> _Held | None:
        with self._lock:
            held = self._open.get(space)
            if held is not None:
                held.n_users += 1
                self._open.move_to_end(space)
            return held

    def _let_go_of_the_oldest(self) -> None:
        """Close what was used longest ago and by nobody now, where more is open than may be."""
        with self._lock:
            n_over = len(self._open) - self._settings.spaces_held
            idle = [space for space, held in self._open.items() if not held.n_users]
            gone = [self._open.pop(space) for space in idle[: max(0, n_over)]]
        for held in gone:
            closing = asyncio.create_task(held.memory.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _memory(self, space: str) -> Memory:
        return Memory(
            self.store,
            space=space,
            embedder=self._models.embedder,
            extractor=self._models.extractor,
            llm=self._models.llm,
            served=self._settings.served,
        )
