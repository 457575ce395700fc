"""The inbox: what callers send is kept first, acknowledged, and applied after that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from graphmem.errors import GraphMemError
from graphmem_api.inbox.acceptor import Acceptor
from graphmem_api.inbox.applying import Appliers
from graphmem_api.inbox.feed import Feed
from graphmem_api.inbox.ledgers import Ledgers
from graphmem_api.inbox.watching import Watch
from graphmem_api.problems import Problem
from graphmem_api.settings import Settings
from graphmem_api.spaces import Spaces
from graphmem_pipelines.ledger.where import ledger_path
from graphmem_pipelines.ledger.writes import Kept, Waiting, Write, WriteLedger

__all__ = ["Inbox", "InboxHealth"]

_LOG = logging.getLogger("graphmem.inbox")

T = TypeVar("T")

# Apart from the threads that search, so that no search keeps a write waiting.
_THREADS = 8
# Nor does anybody who only looks on.
_STREAM_THREADS = 4
_POLL_S = 0.5
_STALE_S = 30.0


@dataclass(frozen=True, slots=True)
class InboxHealth:
    """Whether what callers send reaches the memory.

    Attributes:
        ok: whether it does; what failed for its own content is no fault of the inbox.
        reason: why it does not.
        n_waiting: writes that are still to be applied, by all processes.
        oldest_s: for how long the first of them has waited.
        n_failed: items that failed and that nobody has given up yet.
    """

    ok: bool
    reason: str | None
    n_waiting: int
    oldest_s: float
    n_failed: int


class Inbox:
    """Writes of all spaces, from the acknowledgement to the memory. Make it inside a loop.

    Args:
        settings: limits, and where the ledger is.
        spaces: share their store and models with it.

    Attributes:
        feed: changes of the graph, for whoever listens.

    Raises:
        StoreError: The ledger cannot be opened.
    """

    def __init__(self, settings: Settings, spaces: Spaces) -> None:
        limits = settings.limits
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="graphmem-inbox")
        self._ledgers = Ledgers(ledger_path(spaces.store, settings.ledger))
        self._ended: dict[str, asyncio.Event] = {}
        self._watchers = ThreadPoolExecutor(_STREAM_THREADS, "graphmem-stream")
        self.feed = Feed(spaces.store, self._watchers, limits.streams)
        made = {"embedder": settings.embedder, "extractor": settings.extractor}
        waiting = Waiting(limits.waiting, limits.waiting_chars, made)
        self._acceptor = Acceptor(self._ledgers, waiting)
        self._watch = Watch(self._ledgers, settings.idempotency_s)
        self._appliers = Appliers(
            ledgers=self._ledgers,
            store=spaces.store,
            models=spaces.models,
            lend=spaces.borrow,
            n_threads=settings.appliers,
            hear=self._hear,
        )

    async def keep(self, write: Write) -> Kept:
        """Keep a write, so that it survives whatever comes; return its job.

        Raises:
            Problem: 409, the Idempotency-Key was used for another write; 429, too much waits.
            StoreError: It could not be kept.
        """
        kept = await self._acceptor.keep(write)
        if kept.as_ == "other":
            raise Problem(
                HTTPStatus.CONFLICT,
                "idempotency_key_reused",
                f"this Idempotency-Key was used for another write, the job {kept.job}: take a new "
                "key for each write, and the same one only to send the same again",
            )
        if kept.as_ == "full":
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_waiting",
                "so many writes of this space wait that no more are taken now: send it again "
                "after the seconds that Retry-After gives",
                {"Retry-After": "5"},
            )
        self._appliers.wake()
        return kept

    async def wait(self, job: str, seconds: float) -> bool:
        """Wait until a write is applied or failed; False where that takes longer."""
        end = self._loop.time() + seconds
        ended = self._ended.setdefault(job, asyncio.Event())
        try:
            # Another process may be the one that applies it, so the ledger is looked at, too.
            while await self.watch(lambda ledger: ledger.is_waiting(job)):
                left = end - self._loop.time()
                if left <= 0 or self.feed.ending:
                    return False
                await _either(ended, min(left, _POLL_S))
        finally:
            self._ended.pop(job, None)
        return True

    async def read(self, look: Callable[[WriteLedger], T]) -> T:
        """Have a thread look at, or change, the ledger."""
        return await self._loop.run_in_executor(self._threads, self._look, look)

    async def watch(self, look: Callable[[WriteLedger], T]) -> T:
        """Have a thread look at the ledger for somebody who does so again and again."""
        return await self._loop.run_in_executor(self._watchers, self._look, look)

    async def aside(self, work: Callable[[], T]) -> T:
        """Have a thread of the inbox do what would keep the event loop."""
        return await self._loop.run_in_executor(self._threads, work)

    def wake(self) -> None:
        """Say that something waits."""
        self._appliers.wake()

    def health(self) -> InboxHealth:
        """Tell how it goes. It touches no file: what it tells is about a second old."""
        seen = self._watch.seen
        reason = self._appliers.faults.of_server(seen.queue.by_space, seen.at)
        if not (self._appliers.alive and self._watch.alive):
            reason = "a thread that applies writes is gone: start the server again"
        elif time.monotonic() - seen.at > _STALE_S:
            reason = f"nobody could look at the ledger for {time.monotonic() - seen.at:.0f} s"
        queue = seen.queue
        oldest = 0.0 if queue.oldest_at is None else max(0.0, time.time() - queue.oldest_at)
        return InboxHealth(reason is None, reason, queue.n_waiting, oldest, queue.n_failed)

    def end(self) -> None:
        """End streams and waiting callers, so that the server can; no more writes are begun."""
        self._appliers.stop()
        self.feed.end()
        for ended in self._ended.values():
            ended.set()

    async def close(self, seconds: float) -> bool:
        """Finish what is at hand; the rest waits in the ledger.

        Args:
            seconds: that this may take.

        Returns:
            Whether it was finished; else it waits as well, and the store is in use still.
        """
        self.end()
        self._watch.stop()
        ended = await asyncio.to_thread(self._finished, time.monotonic() + seconds)
        for threads in (self._threads, self._watchers):
            threads.shutdown(wait=False, cancel_futures=True)
        return ended

    def _look(self, look: Callable[[WriteLedger], T]) -> T:
        with self._ledgers.lend() as ledger:
            return look(ledger)

    def _finished(self, end: float) -> bool:
        parts = (self._acceptor.close, self._appliers.join, self._watch.join)
        ended = all([part(max(0.0, end - time.monotonic())) for part in parts])
        if ended:
            self._ledgers.close()
        else:
            self._give_back()
        return ended

    def _give_back(self) -> None:
        try:
            self._appliers.give_back()
        except GraphMemError as error:
            _LOG.warning("what is at hand counts as what the server died over: %s", error)

    def _hear(self, space: str, jobs: tuple[str, ...]) -> None:
        self._watch.applied()
        self._loop.call_soon_threadsafe(self._tell, space, jobs)

    def _tell(self, space: str, jobs: tuple[str, ...]) -> None:
        self.feed.wake(space)
        for job in jobs:
            if ended := self._ended.get(job):
                ended.set()


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, or some seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
