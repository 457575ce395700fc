"""Where something is from, as a reader is told: names, and the day that none of them has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

__all__ = ["day_of", "origin"]


def day_of(at: datetime | None) -> str:
    """Return the date of a moment, or nothing where there is none."""
    return at.date().isoformat() if at else ""


def origin(names: Sequence[str | None], at: datetime | None) -> list[str]:
    """Return the names there are, then the day, unless a name says it ("chat 2025-06-08")."""
    known = [name for name in names if name]
    day = day_of(at)
    return [*known, day] if day and not any(day in name for name in known) else known
