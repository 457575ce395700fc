"""World time as texts tell it: days, weeks, months, years, and how exactly one is known.

Calendar arithmetic alone, in UTC: no text is read here.
An interval is half open, and never narrower than the unit that was named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from graphmem_schemas import Granularity

__all__ = [
    "SEASONS", "When", "day_of", "days_around", "decade_of", "hull", "later", "month_back",
    "month_of", "on_date", "season_of", "week_of", "weekday_after", "weekday_before", "weekend_of",
    "year_of",
]  # fmt: skip

# First month of each season of the northern half of the Earth, in whole months.
SEASONS = {"winter": 12, "spring": 3, "summer": 6, "fall": 9, "autumn": 9}
_DAY = timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class When:
    """An interval of world time, UTC.

    Attributes:
        start: None where it is open.
        end: exclusive; None where it is open.
        granularity: the unit that was named; "span" where the text gives both ends.
    """

    start: datetime | None
    end: datetime | None
    granularity: Granularity

    def overlaps(self, other: When) -> bool:
        """Whether some moment is in both."""
        begins = self.start is None or other.end is None or self.start < other.end
        return begins and (other.start is None or self.end is None or other.start < self.end)

    @property
    def text(self) -> str:
        """The interval as people write it: "2023-05-07", "2023-05", "2023-05-01/2023-05-08".

        A week, a weekend, a season and a span are written with both ends, the second exclusive;
        an open end is "..".
        """
        if self.start and self.end:
            width = {"day": 10, "month": 7, "year": 4}.get(self.granularity)
            if width:
                return self.start.isoformat()[:width]
        return "/".join(_shown(moment) for moment in (self.start, self.end))


def _shown(moment: datetime | None) -> str:
    if moment is None:
        return ".."
    midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.date().isoformat() if midnight else moment.isoformat()


def _between(first: date, last: date, granularity: Granularity) -> When:
    return When(_midnight(first), _midnight(last), granularity)


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=UTC)


def later(moment: datetime, by: timedelta) -> datetime:
    """Return a moment that is later by a duration of 0 or more; at most the last there is."""
    last = datetime.max.replace(tzinfo=moment.tzinfo)
    return last if by > last - moment else moment + by


def day_of(on: date, shift: int = 0) -> When:
    """Return a day; the last one ends with the last moment there is.

    Raises:
        OverflowError: There is no such day, as for all intervals here.
        ValueError: The same.
    """
    start = _midnight(on + timedelta(days=shift))
    return When(start, later(start, _DAY), "day")


def days_around(first: date, last: date) -> When:
    """Return the days from the first to the last, both inclusive."""
    return _between(first, last + _DAY, "span")


def on_date(year: int, month: int, day: int) -> When:
    """Return a day by its numbers."""
    return day_of(date(year, month, day))


def weekday_before(on: date, weekday: int) -> When:
    """Return the latest such weekday (0 is Monday) strictly before a day."""
    return day_of(on, -((on.weekday() - weekday - 1) % _WEEK + 1))


def weekday_after(on: date, weekday: int) -> When:
    """Return the first such weekday (0 is Monday) strictly after a day."""
    return day_of(on, (weekday - on.weekday() - 1) % _WEEK + 1)


def week_of(on: date, shift: int = 0) -> When:
    """Return the week, Monday to Sunday, that a day is in, or one some weeks away (ISO 8601)."""
    monday = on + timedelta(days=_WEEK * shift - on.weekday())
    return _between(monday, monday + timedelta(days=_WEEK), "week")


def weekend_of(on: date, shift: int = 0) -> When:
    """Return Saturday and Sunday of the week that a day is in, or of one some weeks away."""
    saturday = on + timedelta(days=_WEEK * shift - on.weekday() + 5)
    return _between(saturday, saturday + 2 * _DAY, "weekend")


def month_of(year: int, month: int, shift: int = 0, n_months: int = 1) -> When:
    """Return a month, or some months from it on; `shift` counts months from the named one."""
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    first, last = year * 12 + month - 1 + shift, year * 12 + month - 1 + shift + n_months
    return _between(
        date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1), "month"
    )


def month_back(on: date, n_months: int) -> date:
    """Return the same day some months before, or the last one of that month."""
    month = on.year * 12 + on.month - 1 - n_months
    first = date(month // 12, month % 12 + 1, 1)
    after = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=on.day - 1), after - _DAY)


def season_of(name: str, year: int) -> When:
    """Return the season that begins in a year: meteorological, of the northern half."""
    season = month_of(year, SEASONS[name], n_months=3)
    return When(season.start, season.end, "season")


def year_of(year: int) -> When:
    """Return a year."""
    return _between(date(year, 1, 1), date(year + 1, 1, 1), "year")


def decade_of(year: int) -> When:
    """Return the ten years from a year on."""
    return _between(date(year, 1, 1), date(year + 10, 1, 1), "decade")


def hull(first: When, last: When) -> When:
    """Return the interval from the start of one to the end of another."""
    return When(first.start, last.end, "span")
