"""When a cue means: a moment, a day, ISO 8601 text, words, or a pair of these, as an interval."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from graphmem.core.when import When, day_of, hull, later, month_of, year_of
from graphmem.errors import InvalidInput
from graphmem.language.times.find import read_time
from graphmem_schemas.base import as_utc

__all__ = ["CueTime", "accept_time"]

CueTime = datetime | date | str | Sequence[datetime | date | str | None]

_ISO = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_MAX_CHARS = 200


def accept_time(time: object, now: datetime) -> When:
    """Return the interval that a cue names.

    Args:
        time: a datetime (its minute), a date, ISO 8601 text ("2023", "2023-05", "2023-05-07",
            "2023-05/2023-07" with its last month), words ("May 2023", "last week", "since 2019"),
            or a pair of a first and a last one, of which one may be None.
        now: from when words count.

    Raises:
        InvalidInput: It is none of these, no time that exists, or ends before it begins.
    """
    if isinstance(time, list | tuple):
        if len(time) != 2 or time == (None, None):
            raise InvalidInput("a pair of times is (first, last), of which one may be None")
        first, last = (None if end is None else _one(end, now) for end in time)
    elif isinstance(time, str) and time.count("/") == 1 and not re.search(r"\d/\d\d?$", time):
        first, last = (None if end in ("", "..") else _one(end, now) for end in time.split("/"))
    else:
        return _one(time, now)
    if first is None or last is None:
        known = first or last
        if known is None:
            raise InvalidInput(f"time {time!r} has no end that is known")
        return When(known.start, None, "span") if first else When(None, known.end, "span")
    if first.start and last.end and last.end <= first.start:
        raise InvalidInput(f"time {time!r} ends before it begins")
    return hull(first, last)


def _one(time: object, now: datetime) -> When:
    try:
        if isinstance(time, datetime):
            return _minute(time)
        if isinstance(time, date):
            return day_of(time)
        if isinstance(time, str) and 0 < len(time.strip()) <= _MAX_CHARS:
            return _text(time.strip(), now)
    except InvalidInput:
        raise
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"time {time!r} is no date that exists, or leaves the years 1 to 9999 in UTC: give "
            "one such as 2023-05-07"
        ) from error
    shown = repr(time)[:80]
    raise InvalidInput(
        f"time {shown} names no time: give a datetime, ISO 8601 text such as 2023-05, words such "
        "as 'May 2023' or 'last week', or a pair (first, last)"
    )


def _text(text: str, now: datetime) -> When:
    parts = _ISO.fullmatch(text)
    if parts:
        year, month, day = (int(part) if part else None for part in parts.groups())
        if day and month and year:
            return day_of(date(year, month, day))
        return month_of(year or 0, month) if month else year_of(year or 0)
    if text[:4].isdigit() and "T" in text:
        return _minute(datetime.fromisoformat(text))
    found = read_time(text, now)
    if found is None:
        raise InvalidInput(
            f"time {text[:80]!r} names no time for certain: give words such as 'May 2023' or "
            "'last week', or ISO 8601 text such as 2023-05"
        )
    return found


def _minute(moment: datetime) -> When:
    start = as_utc(moment).replace(second=0, microsecond=0)
    return When(start, later(start, timedelta(minutes=1)), "minute")
