"""The event layer: elementary discourse units (EDUs)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import model_validator

from graphmem_schemas.base import Count, Node, Timestamp

__all__ = ["Event", "Granularity", "Role", "month_keys"]

Granularity = Literal[
    "minute", "day", "weekend", "week", "month", "season", "year", "decade", "span"
]
"""How exactly a time is known: an interval is never narrower than what the text said."""

Role = Literal[
    "agent", "patient", "recipient", "instrument", "place", "time", "topic", "cause", "result",
    "member", "other",
]  # fmt: skip
"""What a participant is to an event or a hyperedge."""

_A_MOMENT = timedelta(microseconds=1)
# An interval longer than this is found by its years, a shorter one by its months.
_LONGEST_BY_MONTHS = 24
# And one longer than this by its first and last years only.
_LONGEST_BY_YEARS = 100


class Event(Node):
    """One elementary discourse unit: a single statement with its speaker and time.

    Attributes:
        passage: uid of the passage that holds it.
        text: the statement with pronouns resolved where that is safe.
        start: character offset of the verbatim span in the passage.
        end: exclusive end offset of the verbatim span.
        happened_from: start of the world-time interval, where one is known.
        happened_to: exclusive end of that interval.
        granularity: how exactly that is known; "span" for an interval that the text gives itself.
        place: uid of the entity where it happened.
        told_at: world time at which it was said or written: that of its passage.
    """

    passage: str
    text: str
    start: Count
    end: Count
    speaker: str | None = None
    happened_from: Timestamp | None = None
    happened_to: Timestamp | None = None
    granularity: Granularity | None = None
    place: str | None = None
    told_at: Timestamp | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Event:
        if self.happened_from and self.happened_to and self.happened_to < self.happened_from:
            msg = f"happened_to {self.happened_to} is before happened_from {self.happened_from}"
            raise ValueError(msg)
        return self

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """An event is found by the months (`m2023-05`) or, where they are many, years (`y2023`).

        An open interval is found by the end that is known and by "open", and what happened at no
        known time by the month in which it was told.
        """
        start, end = self.happened_from, self.happened_to
        first = last = start or end or self.told_at
        if first is None or last is None:
            return ()
        if (start is None) != (end is None):
            return *month_keys(first, first), "open"
        if start and end:
            last = end - _A_MOMENT if end > start else start
        months = month_keys(first, last, longest=_LONGEST_BY_MONTHS)
        if months:
            return months
        if last.year - first.year < _LONGEST_BY_YEARS:
            return tuple(f"y{year:04}" for year in range(first.year, last.year + 1))
        return f"y{first.year:04}", f"y{last.year:04}"


def month_keys(first: datetime, last: datetime, *, longest: int | None = None) -> tuple[str, ...]:
    """Return the keys of the months ("m2023-05") from one moment to another, both inclusive.

    Args:
        first: the earlier one.
        last: the later one.
        longest: for more months than these there are none; None is no limit.
    """
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month
    if longest is not None and end - start > longest:
        return ()
    return tuple(f"m{n // 12:04}-{n % 12 + 1:02}" for n in range(start, end))
