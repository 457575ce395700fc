from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.when import (
    When,
    day_of,
    later,
    month_back,
    month_of,
    season_of,
    week_of,
    weekday_after,
    weekday_before,
    weekend_of,
    year_of,
)

days = st.dates(date(2, 1, 1), date(9998, 1, 1))


def ends(when: When) -> tuple[datetime, datetime]:
    assert when.start is not None
    assert when.end is not None
    return when.start, when.end


@given(days, st.integers(0, 6))
def test_the_weekday_before_and_after_lie_within_a_week_of_the_day(on: date, number: int) -> None:
    before, after = ends(weekday_before(on, number)), ends(weekday_after(on, number))
    assert before[0].weekday() == after[0].weekday() == number
    assert 1 <= (on - before[0].date()).days <= 7
    assert 1 <= (after[0].date() - on).days <= 7


@given(days)
def test_a_day_is_in_its_own_week_month_and_year(on: date) -> None:
    for when, width in (
        (day_of(on), {1}), (week_of(on), {7}), (month_of(on.year, on.month), {28, 29, 30, 31}),
        (year_of(on.year), {365, 366}),
    ):  # fmt: skip
        start, end = ends(when)
        assert start.date() <= on < end.date()
        assert (end - start).days in width


@given(days, st.integers(-50, 50))
def test_weeks_follow_each_other_without_a_gap(on: date, shift: int) -> None:
    try:
        one, other = ends(week_of(on, shift)), ends(week_of(on, shift + 1))
    except (OverflowError, ValueError):
        return
    assert one[1] == other[0]
    assert ends(weekend_of(on, shift))[1] == one[1]


@given(days, st.integers(0, 24))
def test_some_months_back_is_the_same_day_or_the_last_of_that_month(on: date, n: int) -> None:
    back = month_back(on, n) if on.year > 3 else on
    if on.year > 3:
        assert (on.year * 12 + on.month) - (back.year * 12 + back.month) == n
        assert back.day == on.day or (back + timedelta(days=1)).day == 1


def test_there_is_no_thirteenth_month() -> None:
    with pytest.raises(ValueError, match="no month 13"):
        month_of(2023, 13)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (day_of(date(2023, 5, 7)), "2023-05-07"),
        (month_of(2023, 12), "2023-12"),
        (year_of(2019), "2019"),
        (week_of(date(2023, 5, 7)), "2023-05-01/2023-05-08"),
        (season_of("winter", 2022), "2022-12-01/2023-03-01"),
        (When(year_of(2019).start, None, "year"), "2019-01-01/.."),
        (When(datetime(2023, 5, 7, 10, 30, tzinfo=UTC), None, "minute"),
         "2023-05-07T10:30:00+00:00/.."),
    ],
)  # fmt: skip
def test_an_interval_reads_as_people_write_it(when: When, text: str) -> None:
    assert when.text == text


def test_intervals_that_only_touch_do_not_overlap() -> None:
    may, june = month_of(2023, 5), month_of(2023, 6)
    assert not may.overlaps(june)
    assert not june.overlaps(may)
    assert may.overlaps(year_of(2023))
    assert When(None, june.start, "span").overlaps(may)
    assert not When(june.start, None, "span").overlaps(may)


def test_what_is_later_than_the_last_moment_is_the_last_moment() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    second = timedelta(seconds=1)
    assert later(last - second, second) == later(last, second) == later(last, second * 0) == last
    assert later(last - 2 * second, second) == last - second
    assert ends(day_of(date.max)) == (datetime(9999, 12, 31, tzinfo=UTC), last)
