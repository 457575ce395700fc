"""When a fact holds, as someone else has found out, and how evidence says so in one text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Validity"]

_OPEN = ".."


@dataclass(frozen=True, slots=True)
class Validity:
    """The world time through which a fact is said to hold; UTC.

    Attributes:
        start: None where it is not known.
        end: exclusive; None where it is open.
    """

    start: datetime | None = None
    end: datetime | None = None

    @property
    def text(self) -> str:
        """The interval as ISO 8601-2 writes it: "2020-01-01T00:00:00+00:00/.."."""
        return "/".join(at.isoformat() if at else _OPEN for at in (self.start, self.end))

    @classmethod
    def parse(cls, text: str | None) -> Validity | None:
        """Read what `text` gives; None for anything else."""
        start, slash, end = (text or "").partition("/")
        if not slash:
            return None
        try:
            return cls(_moment(start), _moment(end))
        except ValueError:
            return None


def _moment(text: str) -> datetime | None:
    return None if text == _OPEN else datetime.fromisoformat(text)
