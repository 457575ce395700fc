"""Parts of a time: "early 2021", "the end of the month", "the first half of May".

They narrow a time that a rule read; the words of the part belong to the phrase then.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from graphmem.core.when import When, day_of, month_of
from graphmem.language.times.holidays import quarter, quarter_of_turn
from graphmem.language.times.phrase import Reading, Sense, read_by, sense_before
from graphmem.language.times.relative import of_unit

__all__ = ["as_of", "narrow"]

_LOOK_BACK = 32
_PART = re.compile(
    r"(?<![\w-])(?:(?P<third>early|mid|late)(?:-|\s+(?:in\s+)?(?:the\s+)?)"
    r"|(?:the\s+)?(?:very\s+)?(?P<edge>beginning|start|middle|end)\s+of\s+(?:the\s+)?"
    r"|(?:the\s+)?(?P<half>first|second)\s+half\s+of\s+(?:the\s+)?"
    r"|(?P<side>earlier|later|so\s+far|(?:the\s+)?rest\s+of)\s+)$",
    re.IGNORECASE,
)
# "I was late last week", "We stayed up late this month" tell no part of it.
_ADVERB = re.compile(
    r"(?:\b(?:be|am|is|are|was|were|been|being|too|so|very|up|quite|bit|little|got|home)|['’][ms])\s+$",
    re.IGNORECASE,
)
_THIRDS = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}
# First and last of ten years, of the days of a week and of a month: the last day of it is open.
_YEARS, _WEEK, _MONTH = ((0, 4), (3, 7), (6, 10)), ((0, 3), (1, 4), (4, 7)), ((0, 10), (10, 20))
_A_YEAR = 12
# "Until the end of May" takes May in, "after the beginning of May" begins with it.
_AT_START: dict[Sense, Sense] = {
    "since": "since", "from": "from", "onwards": "onwards", "after": "since", "before": "before",
    "until": "before",
}  # fmt: skip
_AT_END: dict[Sense, Sense] = {
    "since": "after", "from": "after", "onwards": "after", "after": "after", "before": "until",
    "until": "until",
}  # fmt: skip


def narrow(text: str, reading: Reading, today: date | None) -> Reading:
    """Return the part of a time that the words before it name; the time itself where none do."""
    found = _PART.search(text, max(0, reading.start - _LOOK_BACK), reading.start)
    if found is None or (found["third"] and _ADVERB.search(text, 0, found.start())):
        return reading
    if found["side"]:
        return _side(found, reading, today)
    sense, edge = sense_before(text, found.start()), (found["edge"] or "").lower()
    if edge and edge != "middle" and sense != "at":
        return replace(
            reading, start=found.start(),
            sense=(_AT_END if edge == "end" else _AT_START)[sense],
        )  # fmt: skip
    past = reading.past and _part(found, reading, reading.past)
    future = reading.future and _part(found, reading, reading.future)
    if past is None and future is None:
        return reading
    if reading.rule.read is of_unit and today is not None:
        # "At the end of the month" is none beside a verb of the past before it has begun.
        now = day_of(today)
        past = past if _begins(past, now) else None
        future = future if _begins(now, future) else None
    return replace(reading, start=found.start(), past=past, future=future)


def _begins(one: When | None, other: When | None) -> bool:
    """Whether one begins before the other is over."""
    return bool(one and other and one.start and other.end and one.start < other.end)


def as_of(reading: Reading, moment: datetime | None) -> Reading:
    """Return what the same words mean on another day; itself where they mean nothing then."""
    if moment is None or reading.end != reading.match.end("at"):  # of a span, the ends stand
        return reading
    pair = read_by(reading.rule, reading.match, moment.date())
    if pair is None:
        return reading
    whole = replace(reading, start=reading.match.start("at"), past=pair[0], future=pair[1])
    return narrow(reading.match.string, whole, moment.date())


def _side(found: re.Match[str], reading: Reading, today: date | None) -> Reading:
    """Read "earlier this week", "so far this year": up to today; "later this week": from today."""
    word, name = found["side"].lower(), reading.match["at"].lower()
    if today is None or not name.startswith(("this", "the") if word.endswith("of") else "this"):
        return reading
    now, is_past = day_of(today), word.startswith(("earlier", "so"))
    for one in (reading.past, reading.future):
        if one and one.overlaps(now) and one.granularity != "day":
            ends = (one.start, now.end) if is_past else (now.start, one.end)
            part = When(*ends, "span")
            return replace(reading, start=found.start(), past=part, future=part)
    return reading


def _part(found: re.Match[str], reading: Reading, whole: When) -> When | None:
    if whole.start is None or whole.end is None:
        return None
    is_quarter = reading.rule.read in (quarter, quarter_of_turn)
    if found["half"]:
        return _half(whole, found["half"].lower() == "second", is_quarter)
    third = _THIRDS[(found["third"] or found["edge"]).lower()]
    first = whole.start.date()
    if whole.granularity == "year":
        return _months(first, 4 * third, 4)
    if whole.granularity == "season" or is_quarter:
        return _months(first, third, 1)
    if whole.granularity == "decade":
        begin, end = _YEARS[third]
        return _months(first, _A_YEAR * begin, _A_YEAR * (end - begin))
    if whole.granularity == "week":
        return _days(whole.start, *_WEEK[third])
    if whole.granularity == "month":
        last = (whole.end - whole.start).days
        return _days(whole.start, *(*_MONTH, (20, last))[third])
    return None


def _half(whole: When, second: bool, is_quarter: bool) -> When | None:
    if whole.start is None or whole.end is None:
        return None
    n_months = {"year": 6, "decade": 60}.get(whole.granularity)
    if n_months:
        return _months(whole.start.date(), n_months * second, n_months)
    if whole.granularity != "month" and not is_quarter:
        return None
    n_days = (whole.end - whole.start).days
    return _days(whole.start, *((n_days // 2, n_days) if second else (0, n_days // 2)))


def _months(first: date, shift: int, n_months: int) -> When:
    return replace(month_of(first.year, first.month, shift, n_months), granularity="span")


def _days(start: datetime, first: int, after: int) -> When:
    return When(start + timedelta(days=first), start + timedelta(days=after), "span")
