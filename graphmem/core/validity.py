"""When a fact holds, as someone else has found out, and how evidence says so in one text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

__all__ = ["Retirement", "Validity"]

_OPEN = ".."


class Retirement(NamedTuple):
    """Somebody said of a fact that it does not hold any more.

    Attributes:
        at: world time from which it does not hold.
        recorded_at: system time at which that was said.
    """

    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Validity:
    """The world time through which a fact is said to hold; UTC.

    Attributes:
        start: None where it is not known.
        end: exclusive; None where it is open.
        retirement: what somebody said of it later; start and end stay as they were said.
    """

    start: datetime | None = None
    end: datetime | None = None
    retirement: Retirement | None = None

    @property
    def text(self) -> str:
        """The interval as ISO 8601-2 writes it: "2020-01-01T00:00:00+00:00/..".

        A retirement adds its two moments, with slashes between all four.
        """
        moments = (self.start, self.end, *(self.retirement or ()))
        return "/".join(at.isoformat() if at else _OPEN for at in moments)

    @classmethod
    def parse(cls, text: str | None) -> Validity | None:
        """Read what `text` gives; None for anything else."""
        try:
            start, end, *later = map(_moment, (text or "").split("/"))
            if not later:
                return cls(start, end)
            at, recorded_at = later
        except ValueError:
            return None
        if at is None or recorded_at is None:
            return None
        return cls(start, end, Retirement(at, recorded_at))


def _moment(text: str) -> datetime | None:
    return None if text == _OPEN else datetime.fromisoformat(text)
