"""Keeps writes: those that come at the same time go to disk together."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from queue import SimpleQueue

from graphmem.errors import StoreUnavailable
from graphmem_api.inbox.ledgers import Ledgers
from graphmem_pipelines.ledger.writes import Kept, Waiting, Write

__all__ = ["Acceptor"]

_AT_ONCE = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    write: Write
    answer: asyncio.Future[Kept]


class Acceptor:
    """One thread that writes to the ledger what is to be acknowledged.

    A write that waits for the disk is joined by those that come meanwhile: one sync for all.

    Args:
        ledgers: of the file.
        limits: how much may wait.
    """

    def __init__(self, ledgers: Ledgers, limits: Waiting) -> None:
        self._ledgers, self._limits = ledgers, limits
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="graphmem-accept", daemon=True)
        self._thread.start()

    async def keep(self, write: Write) -> Kept:
        """Keep a write; what is returned as kept is on disk.

        Raises:
            StoreError: It could not be kept, or the server ends.
        """
        if self._closed:
            raise StoreUnavailable("the server is being stopped: send it again in a moment")
        answer: asyncio.Future[Kept] = self._loop.create_future()
        self._asked.put(_Asked(write, answer))
        return await answer

    def close(self, seconds: float) -> bool:
        """Keep what was handed over, and end; return whether that was within some seconds."""
        self._closed = True
        self._asked.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        ending = False
        while not ending:
            asked = [self._asked.get()]
            while len(asked) < _AT_ONCE and not self._asked.empty():
                asked.append(self._asked.get())
            ending = None in asked
            self._keep([one for one in asked if one is not None])

    def _keep(self, asked: list[_Asked]) -> None:
        if not asked:
            return
        try:
            with self._ledgers.lend() as ledger:
                kept = ledger.keep([one.write for one in asked], self._limits)
        except Exception as error:
            self._loop.call_soon_threadsafe(_refuse, asked, error)
        else:
            self._loop.call_soon_threadsafe(_answer, asked, kept)


def _answer(asked: list[_Asked], kept: list[Kept]) -> None:
    for one, came in zip(asked, kept, strict=True):
        if not one.answer.done():  # who asked may have left
            one.answer.set_result(came)


def _refuse(asked: list[_Asked], error: Exception) -> None:
    for one in asked:
        if not one.answer.done():
            one.answer.set_exception(error)
