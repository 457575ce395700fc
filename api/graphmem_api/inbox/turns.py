"""Whose turn it is: spaces of which something waits, one after the other, each with one thread."""

from __future__ import annotations

import time
from threading import Condition

__all__ = ["Turns"]

_LOOK_S = 0.5
_ELSEWHERE_S = 0.2
_MAX_REST_S = 30.0


class Turns:
    """Deals spaces out to threads. The one that had its turn longest ago comes first.

    A space whose writes are applied by another process rests for a moment; one at which something
    failed that concerns every item rests longer each time.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._busy: set[str] = set()
        self._resting: dict[str, float] = {}
        self._n_failures: dict[str, int] = {}
        self._served: dict[str, float] = {}
        self._news = 0
        self.stopping = False

    def wake(self) -> None:
        """Say that there is something new."""
        with self._changed:
            self._news += 1
            self._changed.notify()

    def stop(self) -> None:
        """Have every thread end."""
        with self._changed:
            self.stopping = True
            self._changed.notify_all()

    def wait(self, seen: int) -> int:
        """Wait until there is something new, or it is time to look for what others left.

        Args:
            seen: what this returned before.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._news != seen or self.stopping, _LOOK_S)
            return self._news

    def begin(self, waiting: list[str]) -> str | None:
        """Return the space whose turn it is, which is this thread's until `end`."""
        now = time.monotonic()
        with self._changed:
            self._forget(waiting)
            free = [
                space
                for space in waiting
                if space not in self._busy and self._resting.get(space, 0.0) <= now
            ]
            if self.stopping or not free:
                return None
            space = min(free, key=lambda one: (self._served.get(one, 0.0), one))
            self._busy.add(space)
            self._served[space] = now
            return space

    def end(self, space: str, *, elsewhere: bool = False, failed: bool = False) -> None:
        """Give a space back.

        Args:
            space: that `begin` returned.
            elsewhere: another process applies its writes.
            failed: nothing of it can be applied just now.
        """
        now = time.monotonic()
        with self._changed:
            self._busy.discard(space)
            self._resting.pop(space, None)
            n = self._n_failures[space] = self._n_failures.get(space, 0) + 1 if failed else 0
            if n:
                self._resting[space] = now + min(2.0**n / 2, _MAX_REST_S)
            elif elsewhere:
                self._resting[space] = now + _ELSEWHERE_S
            else:
                self._news += 1
                self._changed.notify()

    def _forget(self, waiting: list[str]) -> None:
        """Keep nothing about spaces of which nothing waits."""
        known = {*waiting, *self._busy}
        for kept in (self._resting, self._n_failures, self._served):
            for space in kept.keys() - known:
                del kept[space]
