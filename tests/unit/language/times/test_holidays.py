"""Days with names, and quarters, by the calendar. The day is Wednesday, 14 June 2023."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from graphmem.language.times.holidays import HOLIDAYS, easter

# Phrase, tense, interval.
NAMED = [
    ("Last Christmas I got a dog.", "past", "2022-12-24/2022-12-27"),
    ("Next Christmas we will be in Oslo.", "future", "2023-12-24/2023-12-27"),
    ("I got it for Christmas.", "past", "2022-12-24/2022-12-27"),
    ("On Christmas Day 2020 we were alone.", "past", "2020-12-25/2020-12-26"),
    ("On Boxing Day he called.", "past", "2022-12-26/2022-12-27"),
    ("I must be done before Christmas.", "future", "../2023-12-24"),
    ("On New Year’s Eve we danced.", "past", "2022-12-31/2023-01-01"),
    ("We will dance on New Year's Eve.", "future", "2023-12-31/2024-01-01"),
    ("On Valentine's Day it snowed.", "past", "2023-02-14/2023-02-15"),
    ("At Halloween we hid.", "past", "2022-10-31/2022-11-01"),
    # The fourth Thursdays of November 2021 and 2022; Easter Sundays: 17 April 2022, 31 March 2024.
    ("Thanksgiving 2021 was small.", "past", "2021-11-25/2021-11-26"),
    ("We had Thanksgiving last year at Bo's.", "past", "2022-11-24/2022-11-25"),
    ("Easter 2022 was warm.", "past", "2022-04-15/2022-04-19"),
    ("On Easter Monday 2022 we hiked.", "past", "2022-04-18/2022-04-19"),
    ("On Good Friday we fasted.", "past", "2023-04-07/2023-04-08"),
    ("Next Easter we will hike.", "future", "2024-03-29/2024-04-02"),
    ("Profit fell in Q4 2021.", "past", "2021-10-01/2022-01-01"),
    ("Profit fell in the second quarter of 2021.", "past", "2021-04-01/2021-07-01"),
    ("Profit fell in the first quarter of last year.", "past", "2022-01-01/2022-04-01"),
    ("Profit fell in Q3.", "past", "2022-07-01/2022-10-01"),
    ("Profit will rise in Q3.", "future", "2023-07-01/2023-10-01"),
    ("Profit fell last quarter.", "past", "2023-01-01/2023-04-01"),
    ("Profit will rise next quarter.", "future", "2023-07-01/2023-10-01"),
    # Counted from one, and something else that bears the name.
    ("Three days before Christmas it thawed.", "past", ""),
    ("She sailed to Easter Island.", "past", ""),
    ("I like Christmas.", "past", ""),
    ("I heard Last Christmas on the radio.", "past", ""),
]


@pytest.mark.parametrize(("text", "tense", "interval"), NAMED)
def test_a_named_day_is_the_one_of_its_year(
    told: Callable[..., str], text: str, tense: str, interval: str
) -> None:
    assert told(text, tense) == interval


@pytest.mark.parametrize(
    "sunday",
    ["1961-04-02", "1818-03-22", "2000-04-23", "2011-04-24", "2019-04-21", "2038-04-25"],
)
def test_easter_is_the_sunday_of_the_tables(sunday: str) -> None:
    day = date.fromisoformat(sunday)
    assert easter(day.year) == day


def test_every_holiday_has_a_day_in_every_year() -> None:
    for of in HOLIDAYS.values():
        assert all(of(year).start is not None for year in (1900, 2023, 2024, 2100))
