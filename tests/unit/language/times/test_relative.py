"""Times that count from today, by the calendar. The day is Wednesday, 14 June 2023."""

from __future__ import annotations

from collections.abc import Callable

import pytest

# Phrase, tense, interval.
COUNTED = [
    ("Give me the best of last week.", "past", "2023-06-05/2023-06-12"),
    ("Most of last year I read.", "past", "2022-01-01/2023-01-01"),
    ("The week after next I will sail.", "future", "2023-06-26/2023-07-03"),
    ("A fortnight ago it hailed.", "past", "2023-05-29/2023-06-05"),
    ("Two nights ago it hailed.", "past", "2023-06-12/2023-06-13"),
    ("The night before last it hailed.", "past", "2023-06-12/2023-06-13"),
    ("2 wks ago it hailed.", "past", "2023-05-29/2023-06-05"),
    ("Thirty-two years ago it burnt.", "past", "1991-01-01/1992-01-01"),
    ("Half a year ago it burnt.", "past", "2022-12-01/2023-01-01"),
    ("A year and a half ago it burnt.", "past", "2021-12-01/2022-01-01"),
    ("Two and a half years ago it burnt.", "past", "2020-12-01/2021-01-01"),
    ("Four years ago in March it burnt.", "past", "2019-03-01/2019-04-01"),
    ("This time last year it burnt.", "past", "2022-06-01/2022-07-01"),
    ("In two weeks' time I will sail.", "future", "2023-06-26/2023-07-03"),
    # Wide where the words count loosely: from six to two, from three to one.
    ("A few years ago it burnt.", "past", "2017-01-01/2022-01-01"),
    ("A couple of days ago it burnt.", "past", "2023-06-11/2023-06-14"),
    # Weekends.
    ("Over the weekend I slept.", "past", "2023-06-10/2023-06-12"),
    ("At the weekend I will sleep.", "future", "2023-06-17/2023-06-19"),
    ("Over the last weekend I slept.", "past", "2023-06-10/2023-06-12"),
    ("This weekend I slept.", "past", "2023-06-10/2023-06-12"),
    ("The last weekend of May I slept.", "past", "2023-05-27/2023-05-29"),
    ("The first week of May 2022 was wet.", "past", "2022-05-01/2022-05-08"),
    # Rolling.
    ("The last two weeks were wet.", "past", "2023-05-31/2023-06-15"),
    ("I ran these past three days.", "past", "2023-06-11/2023-06-15"),
    ("For the next ten days I will rest.", "future", "2023-06-14/2023-06-25"),
    ("The next two weeks are free.", "future", "2023-06-14/2023-06-29"),
    ("The next two weeks were free.", "past", ""),
    ("Over the last weeks I ran.", "past", ""),
    # What stands before is no guess …
    ("What did we argue about yesterday?", "past", "2023-06-13/2023-06-14"),
    ("Bo came by yesterday.", "past", "2023-06-13/2023-06-14"),
    ("We cycled around last weekend.", "past", "2023-06-10/2023-06-12"),
    ("They won 50 euros each last month.", "past", "2023-05-01/2023-06-01"),
    ("I sat, and two weeks ago I rose.", "past", "2023-05-29/2023-06-05"),
    # … and here it is, or a name.
    ("By tomorrow I will know.", "future", ""),
    ("About two weeks ago I rose.", "past", ""),
    ("One and two weeks ago I rose.", "past", ""),
    ("Around the end of May I rose.", "past", ""),
    ("I read USA Today.", "past", ""),
    ("He was on the Today show.", "past", ""),
    ("Bo saw The Day After Tomorrow.", "past", ""),
    ("Yesterday by the Beatles is old.", "past", ""),
    # "Not until" is then, and not before.
    ("It did not open until last week.", "past", "2023-06-05/2023-06-12"),
]


@pytest.mark.parametrize(("text", "tense", "interval"), COUNTED)
def test_a_relative_time_counts_from_today(
    told: Callable[..., str], text: str, tense: str, interval: str
) -> None:
    assert told(text, tense) == interval
