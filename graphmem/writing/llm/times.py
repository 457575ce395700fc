"""Times that an LLM gives: taken where the passage or its date supports them, else left out.

What a quote names relative to its day ("yesterday") is reckoned by rules, not by the LLM.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime

from graphmem.core.when import When, day_of, month_of, year_of
from graphmem.language.times.find import find_times
from graphmem.writing.segment import PassageDraft
from graphmem_schemas.base import as_utc

__all__ = ["happened", "holds"]

_ISO = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:[T ](\d{2}:\d{2}.*))?")
_YEAR = re.compile(r"\d{4}")
# In longer words a time may belong to something else.
_MAX_CLAUSE_CHARS = 200


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
    times: tuple[str, str], quote: str | None, draft: PassageDraft, dropped: Counter[str]
) -> tuple[datetime | None, datetime | None]:
    """Return when an event was, by the rules of `holds`.

    A month or a year alone is all of it. A day or a minute comes without its end, as `GivenEvent`
    has it.

    Args:
        times: when it began and ended, as the LLM writes them; "" where it does not say.
        quote: words of the passage that tell it.
        draft: the passage.
        dropped: counts what is left out, by reason.
    """
    began, ended = (_read(said, draft, "events", dropped) for said in times)
    named = _relative(quote, draft) if quote else None
    if named is not None and not _told(began, ended).overlaps(named):
        dropped["events: a time is not the one that its words name"] += 1
        began, ended = named, None
    elif named is not None and began is None:
        began = named
    start = began.start if began else None
    if ended is None:
        whole = began is not None and began.granularity not in ("day", "minute")
        return start, began.end if began and whole else None
    end = ended.end or ended.start
    if start and end and end <= start:
        dropped["events: one ends before it begins"] += 1
        return None, None
    return start, end


def _told(began: When | None, ended: When | None) -> When:
    """Return the interval that is told; where nothing is, all time."""
    end = ended.end if ended else began.end if began else None
    return When(began.start if began else None, end, "span")


def _relative(quote: str, draft: PassageDraft) -> When | None:
    """Return the one time that words name by their day, where they name no other such time."""
    if draft.at is None or len(quote) > _MAX_CLAUSE_CHARS:
        return None
    absolute = {(one.start, one.end) for one in find_times(quote, None)}
    named = [one for one in find_times(quote, draft.at) if (one.start, one.end) not in absolute]
    if len(named) != 1 or not named[0].sure or named[0].sense != "at":
        return None
    return named[0].past


def _read(said: str, draft: PassageDraft, what: str, dropped: Counter[str]) -> When | None:
    if not said.strip():
        return None
    found = _parsed(said.strip())
    if found is None:
        dropped[f"{what}: a time is not ISO 8601"] += 1
        return None
    year = int(said.strip()[:4])
    if year not in _written_years(draft) and year not in _named_years(draft):
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
    start = as_utc(datetime.fromisoformat(said))
    # Midnight to the second is how models write a bare day.
    if not (start.hour or start.minute or start.second):
        return day_of(start.date())
    return When(start, None, "minute")


def _written_years(draft: PassageDraft) -> set[int]:
    written = _YEAR.findall(f"{draft.text} {draft.title or ''}")
    return {int(year) for year in written} | ({draft.at.year} if draft.at else set())


def _named_years(draft: PassageDraft) -> set[int]:
    """Return the years of times that the passage names, as "three years ago"."""
    times = [when for one in find_times(draft.text, draft.at) for when in (one.past, one.future)]
    return {moment.year for when in times if when for moment in (when.start, when.end) if moment}
