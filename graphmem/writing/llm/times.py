"""Times that an LLM gives: taken where the passage or its date supports them, else left out."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime

from graphmem.core.when import When, day_of, month_of, year_of
from graphmem.writing.segment import PassageDraft

__all__ = ["happened", "holds"]

_ISO = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:[T ](\d{2}:\d{2}.*))?")
_YEAR = re.compile(r"\d{4}")


def holds(
    first: str, last: str, draft: PassageDraft, dropped: Counter[str]
) -> tuple[datetime | None, datetime | None]:
    """Return since when and until when a fact holds, the second exclusive.

    A year that stands neither in the passage nor in its date was made up, or comes from what the
    model has read elsewhere: that time is left out, and so is what is no ISO 8601.

    Args:
        first: since when, as the LLM writes it; "" where it does not say.
        last: until when; a day, month or year is counted in.
        draft: the passage that says it.
        dropped: counts what is left out, by reason.
    """
    began, ended = (_read(said, draft, "facts", dropped) for said in (first, last))
    start = began.start if began else None
    end = (ended.end or ended.start) if ended else None
    if start and end and end <= start:
        dropped["facts: one ends before it begins"] += 1
        return None, None
    return start, end


def happened(
    first: str, last: str, draft: PassageDraft, dropped: Counter[str]
) -> tuple[datetime | None, datetime | None]:
    """Return when an event was, by the rules of `holds`.

    A month or a year alone is all of it. A day or a minute comes without its end, as `GivenEvent`
    has it.
    """
    began, ended = (_read(said, draft, "events", dropped) for said in (first, last))
    start = began.start if began else None
    if ended is None:
        whole = began is not None and began.granularity in ("month", "year")
        return start, began.end if began and whole else None
    end = ended.end or ended.start
    if start and end and end <= start:
        dropped["events: one ends before it begins"] += 1
        return None, None
    return start, end


def _read(said: str, draft: PassageDraft, what: str, dropped: Counter[str]) -> When | None:
    if not said.strip():
        return None
    found = _parsed(said.strip())
    if found is None:
        dropped[f"{what}: a time is not ISO 8601"] += 1
        return None
    if int(said.strip()[:4]) not in _years(draft):
        dropped[f"{what}: a time has a year that the passage does not have"] += 1
        return None
    return found


def _parsed(said: str) -> When | None:
    match = _ISO.fullmatch(said)
    if match is None:
        return None
    year, month, day, time = match.groups()
    try:
        if time and day:
            return _moment(said)
        if day:
            return day_of(date(int(year), int(month), int(day)))
        return month_of(int(year), int(month)) if month else year_of(int(year))
    except (ValueError, OverflowError):
        return None


def _moment(said: str) -> When:
    moment = datetime.fromisoformat(said)
    start = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    # Midnight to the second is how models write a bare day.
    if not (start.hour or start.minute or start.second):
        return day_of(start.date())
    return When(start, None, "minute")


def _years(draft: PassageDraft) -> set[int]:
    written = _YEAR.findall(f"{draft.text} {draft.title or ''}")
    return {int(year) for year in written} | ({draft.at.year} if draft.at else set())
