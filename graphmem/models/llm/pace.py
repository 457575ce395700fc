"""How fast calls go out: token buckets for requests and tokens, and a pause for all."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["Bucket", "Pace"]

_BURST_S = 1.0
_A_MINUTE_S = 60.0


class Bucket:
    """A token bucket that may go into debt: what is taken is waited for afterwards.

    So one call that is larger than the bucket still goes, and those after it wait for longer.

    Args:
        per_minute: how much it fills.
        now: seconds, as the clock has them.
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self._rate = per_minute / _A_MINUTE_S
        # It holds what comes in a second, but one call at the least.
        self._room = max(self._rate * _BURST_S, 1.0)
        self._level = self._room
        self._at = now

    def take(self, amount: float, now: float) -> float:
        """Take an amount, or give it back where it is negative; return the wait in seconds."""
        self._level = min(self._room, self._level + (now - self._at) * self._rate) - amount
        self._at = now
        return max(0.0, -self._level / self._rate)


class Pace:
    """Makes calls wait for their turn; used from many threads.

    Args:
        requests_per_minute: None has no limit.
        tokens_per_minute: None has no limit.
        clock: seconds that never go back.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        requests_per_minute: float | None,
        tokens_per_minute: float | None,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        now = clock()
        self._requests = Bucket(requests_per_minute, now) if requests_per_minute else None
        self._tokens = Bucket(tokens_per_minute, now) if tokens_per_minute else None
        self._paused_until = now

    def wait(self, n_tokens: int) -> None:
        """Return when it is a call's turn.

        Args:
            n_tokens: that it will take, as far as one knows; `correct` tells the rest.
        """
        with self._lock:
            now = self._clock()
            wait_s = max(
                self._paused_until - now,
                self._requests.take(1, now) if self._requests else 0.0,
                self._tokens.take(n_tokens, now) if self._tokens else 0.0,
            )
        if wait_s > 0:
            self._sleep(wait_s)

    def correct(self, n_tokens: int) -> None:
        """Take what a call took beyond what was thought; negative where it was less."""
        if self._tokens:
            with self._lock:
                self._tokens.take(n_tokens, self._clock())

    def pause(self, seconds: float) -> None:
        """Let nobody go before so many seconds are over: the server asked for it."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)
