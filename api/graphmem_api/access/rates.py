"""Token buckets: how often somebody may come."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Rates"]

_MAX_NAMES = 10_000


class Rates:
    """A bucket a name, full at first and filled evenly. Safe to use from many threads.

    Args:
        per_minute: tokens that come in a minute, and as many as fit; 0 is without limit.
        clock: seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size, self._clock = per_minute, clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> int:
        """Take a token of a name.

        Returns:
            0 where there was one, else the seconds until there will be.
        """
        if not self._size:
            return 0
        with self._lock:
            now = self._clock()
            left, at = self._left.get(name, (float(self._size), now))
            left = min(self._size, left + (now - at) * self._size / 60)
            if left < 1:
                return max(1, math.ceil((1 - left) * 60 / self._size))
            self._left[name] = (left - 1, now)
            self._left.move_to_end(name)
            # Whoever did not come for longest has most likely a full one.
            while len(self._left) > _MAX_NAMES:
                self._left.popitem(last=False)
            return 0

    def give_back(self, name: str) -> None:
        """Put back a token that was taken of a name."""
        with self._lock:
            if name in self._left:
                left, at = self._left[name]
                self._left[name] = (left + 1, at)
