"""Admission: so many calls are worked on at once, a few more wait, and callers share fairly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from graphmem_api.problems import Problem

__all__ = ["CALLER", "Admission", "Turn"]

CALLER: ContextVar[str] = ContextVar("graphmem_caller", default="")
"""On whose behalf a task works; each has a share of his own."""

# For each that is worked on, so many may wait; who comes later is told to come again.
_WAIT_PER_WORK = 8
_MAX_WAIT_S = 30.0


@dataclass(slots=True, eq=False)
class Turn:
    """One call that is worked on.

    Attributes:
        slow: whether it may take seconds.
        calls: what threads do for it. It lasts until they are through, also where nobody waits
            for them any more: a caller that leaves makes no room for another.
        at_end: is called when it is over.
    """

    caller: str
    slow: bool
    calls: list[Future[Any]] = field(default_factory=list)
    at_end: list[Callable[[], None]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Waiting:
    turn: Turn
    granted: asyncio.Future[None]


class Admission:
    """Gives turns to calls. What is free goes to the caller who has the fewest, first come first.

    A caller alone may have all of them. Where more wait than may, the last one of whoever has
    the most waiting is told to come again.

    Args:
        n_at_once: how many are worked on; half of them may be slow, so that quick ones never
            wait for these.
    """

    def __init__(self, n_at_once: int) -> None:
        self._free, self._free_slow = n_at_once, max(1, n_at_once // 2)
        self._room = n_at_once * _WAIT_PER_WORK
        self._has: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def turn(self, *, slow: bool) -> AsyncGenerator[Turn]:
        """Wait for a turn, and have it for the length of a block and of the calls in it.

        Raises:
            Problem: 503, where too many wait already, or it does not come.
        """
        turn = Turn(CALLER.get(), slow)
        if self._may(turn):
            self._grant(turn)
        else:
            await self._wait(turn)
        try:
            yield turn
        finally:
            _when_all_are_done(turn.calls, lambda: self._end(turn))

    async def idle(self, seconds: float) -> bool:
        """Wait until nothing is worked on; False where that takes longer."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        return self._idle.is_set()

    def _may(self, turn: Turn) -> bool:
        return self._free > 0 and (not turn.slow or self._free_slow > 0)

    def _grant(self, turn: Turn) -> None:
        self._free -= 1
        self._free_slow -= turn.slow
        self._has[turn.caller] += 1
        self._idle.clear()

    def _end(self, turn: Turn) -> None:
        for tell in turn.at_end:
            tell()
        self._free += 1
        self._free_slow += turn.slow
        self._has[turn.caller] -= 1
        if not self._has[turn.caller]:
            del self._has[turn.caller]
        while ready := [one for one in self._there() if self._may(one.turn)]:
            # They are in the order in which they came, and `min` takes the first of equals.
            next_one = min(ready, key=lambda one: self._has[one.turn.caller])
            self._waiting.remove(next_one)
            self._grant(next_one.turn)
            next_one.granted.set_result(None)
        if not self._has:
            self._idle.set()

    async def _wait(self, turn: Turn) -> None:
        self._make_room(turn.caller)
        waiting = _Waiting(turn, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(_MAX_WAIT_S):
                await waiting.granted
        except BaseException as error:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif not waiting.granted.exception():
                self._end(turn)  # it came at the moment at which its caller left
            if isinstance(error, TimeoutError):
                raise _busy() from error
            raise

    def _make_room(self, caller: str) -> None:
        """Have somebody leave, where too many wait: whoever is last of the greediest."""
        there = self._there()
        if len(there) < self._room:
            return
        wait = Counter(one.turn.caller for one in there)
        greediest, n = wait.most_common(1)[0]
        if n <= wait[caller] + 1:
            raise _busy()
        last = next(one for one in reversed(there) if one.turn.caller == greediest)
        self._waiting.remove(last)
        last.granted.set_exception(_busy())

    def _there(self) -> list[_Waiting]:
        """Return those that wait, but for whoever has left a moment ago."""
        return [one for one in self._waiting if not one.granted.done()]


def _when_all_are_done(calls: Iterable[Future[Any]], then: Callable[[], None]) -> None:
    """Call something in the loop once all calls are through; at once where they are."""
    left = [one for one in calls if not one.done()]
    if not left:
        then()
        return
    loop = asyncio.get_running_loop()

    def look(_: Future[Any]) -> None:
        if all(one.done() for one in left):
            with suppress(RuntimeError):  # the loop is closed: nobody waits for a turn
                loop.call_soon_threadsafe(once)

    def once() -> None:
        if left:  # several may have seen the last of them end
            left.clear()
            then()

    for one in left:
        one.add_done_callback(look)


def _busy() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        "the server works on as many calls as it may: try again in a moment",
        {"Retry-After": "1"},
    )
