"""What graphmem needs from the world around it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

__all__ = ["Clock", "Progress"]


class Clock(Protocol):
    """Tells the time, so that tests and replays can fix it."""

    def __call__(self) -> datetime:
        """Return the current time in UTC."""
        ...


class Progress(Protocol):
    """Hears how far long work has come."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Called with rising `done`; must be cheap."""
        ...
