"""The spaces of one store: a memory each, opened when first asked for, over shared models."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

from graphmem.aio import AsyncMemory
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import Capability
from graphmem.stores.registry import open_store
from graphmem.stores.shown import shown_beside
from graphmem.writing.checks import check_space
from graphmem_api.admission import Admission, Turn
from graphmem_api.processors import allowed
from graphmem_api.searching import Pace, PacedMemory
from graphmem_api.settings import Settings
from graphmem_api.warming import Warming

__all__ = ["Spaces"]

_LOG = logging.getLogger("graphmem")
_SEARCHES = 2
"""At once in a process: more take turns at Python's lock."""

R = TypeVar("R")


@dataclass(slots=True)
class _Held:
    """A memory that is open, and by how many it is used."""

    memory: Memory
    n_users: int = 0


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
        self.warming = Warming(self._models)
        self.store = open_store(settings.store)
        self._shown = shown_beside(self.store)
        # Never fewer threads than calls that are let in, so that none waits for a thread.
        self.pool = ThreadPoolExecutor(settings.limits.concurrent + 8, "graphmem")
        self._admission = Admission(settings.limits.concurrent)
        self._pace = Pace(self.n_searching)
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Held] = OrderedDict()
        self._asked_for: str | None = None
        self._closing: set[Future[None]] = set()

    @property
    def models(self) -> LazyModels:
        """What reads and embeds the texts of all spaces."""
        return self._models

    def latest(self, n: int) -> list[str]:
        """Return up to n spaces that were lent last, or the one that could not be opened."""
        with self._lock:
            opened = [*islice(reversed(self._open), n)]
            return opened or [*filter(None, (self._asked_for,))]

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
        self._asked_for = space = check_space(space)
        async with self._admission.turn(slow=slow) as turn:
            held = await self._take(space, turn)
            turn.at_end.append(partial(self._release, held))
            # One for each turn, so that it is known what is called in it.
            lent = PacedMemory(held.memory, self.pool, self._pace)
            try:
                yield lent
            finally:
                turn.calls += lent.under_way

    @contextmanager
    def borrow(self, space: str) -> Iterator[Memory]:
        """Lend the memory of a space to a thread of the server's own, which waits for no turn."""
        held = self._known(space) or self._opened(space, self._memory(space))
        try:
            yield held.memory
        finally:
            self._release(held)

    async def run(self, call: Callable[[], R]) -> R:
        """Return what a call returns that would hold up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, call)

    async def close(self, seconds: float, *, in_use: bool = False) -> bool:
        """Keep the views of what is open, and close the store.

        Args:
            seconds: that calls may take to end.
            in_use: whether others use the store still.

        Returns:
            Whether all ended; else the store stays open under those that did not.
        """
        end = time.monotonic() + seconds
        ended = await self._admission.idle(seconds) and not in_use
        with self._lock:
            idle = [held.memory for held in self._open.values() if not held.n_users]
            self._open.clear()
        closing = {*self._closing, *(self.pool.submit(memory.close) for memory in idle)}
        if closing:
            left = max(0.0, end - time.monotonic())
            _, late = await asyncio.wait(map(asyncio.wrap_future, closing), timeout=left)
            ended = ended and not late
        if self._shown is not None:
            self._shown.close()
        if ended:
            self.store.close()
        self.pool.shutdown(wait=ended, cancel_futures=not ended)
        return ended

    @property
    def n_searching(self) -> int:
        """How many searches go on at once: few, unless they mostly wait for other machines."""
        settings = self._settings
        if settings.limits.searches:
            return settings.limits.searches
        embedder = settings.embedder or ""
        if Capability.REMOTE in self.store.capabilities or embedder.startswith("openai:"):
            return settings.limits.concurrent
        return max(1, min(_SEARCHES, len(allowed()) // settings.workers))

    async def _take(self, space: str, turn: Turn) -> _Held:
        held = self._known(space)
        if held is not None:
            return held
        opening = self.pool.submit(self._memory, space)
        turn.calls.append(opening)
        return self._opened(space, await asyncio.wrap_future(opening))

    def _opened(self, space: str, memory: Memory) -> _Held:
        """Return the memory of a space for one more user; whoever was quicker has opened it."""
        with self._lock:
            held = self._open.setdefault(space, _Held(memory))
            held.n_users += 1
            return held

    def _known(self, space: str) -> _Held | None:
        with self._lock:
            held = self._open.get(space)
            if held is not None:
                held.n_users += 1
                self._open.move_to_end(space)
            return held

    def _release(self, held: _Held) -> None:
        """Take a memory back; close what was used longest ago, where more is open than may be."""
        with self._lock:
            held.n_users -= 1
            n_over = len(self._open) - self._settings.spaces_held
            idle = [space for space, held in self._open.items() if not held.n_users]
            gone = [self._open.pop(space) for space in idle[: max(0, n_over)]]
        for one in gone:
            with suppress(RuntimeError):  # the server has ended
                self._closing.add(closing := self.pool.submit(one.memory.close))
                closing.add_done_callback(self._closed)

    def _closed(self, closing: Future[None]) -> None:
        self._closing.discard(closing)
        if not closing.cancelled() and (error := closing.exception()):
            _LOG.warning("a space was let go, and its views may not be kept: %s", error)

    def _memory(self, space: str) -> Memory:
        return Memory(
            self.store,
            space=space,
            embedder=self._models.embedder,
            extractor=self._models.extractor,
            llm=self._models.llm,
            served=self._settings.served,
            shown=self._shown.of(check_space(space)) if self._shown else None,
        )
