"""A circuit breaker: a server that fails again and again is left alone for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable

from graphmem.errors import EndpointDown

__all__ = ["Breaker"]

# About as long as it takes another call to find out.
_PROBE_S = 1.0


class Breaker:
    """Opens after failures in a row; then one call at a time finds out whether it may close.

    Args:
        name: of the model, for the reader.
        after: failures in a row.
        open_s: how long nobody asks.
        clock: seconds that never go back.
    """

    def __init__(self, name: str, after: int, open_s: float, clock: Callable[[], float]) -> None:
        self._name, self._after, self._open_s, self._clock = name, after, open_s, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened: float | None = None
        self._probing = False
        self._why = ""

    def admit(self) -> None:
        """Let a call through, or not; each that is let through ends in one of the other three.

        Raises:
            EndpointDown: The server is left alone, or another call is finding out.
        """
        with self._lock:
            if self._opened is None:
                return
            left_s = self._opened + self._open_s - self._clock()
            if left_s > 0 or self._probing:
                wait_s = left_s if left_s > 0 else _PROBE_S
                raise EndpointDown(
                    f"{self._name} failed {self._failures} times in a row, so it is left alone "
                    f"for another {wait_s:.0f} s; the last time: {self._why}",
                    retry_after_s=wait_s,
                )
            self._probing = True

    def went_well(self) -> None:
        """Close: the server answers."""
        with self._lock:
            self._failures, self._opened, self._probing = 0, None, False

    def failed(self, why: str) -> None:
        """Count a failure, and open where it is one too many.

        Args:
            why: it failed, for whoever is not let through.
        """
        with self._lock:
            self._why = why
            self._failures += 1
            if self._probing or (self._opened is None and self._failures >= self._after):
                self._opened = self._clock()
            self._probing = False

    def said_nothing(self) -> None:
        """Forget a call that ended before the server could say anything."""
        with self._lock:
            self._probing = False
