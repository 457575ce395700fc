"""Dates in figures and words, and numbers that are none. The day is Wednesday, 14 June 2023."""

from __future__ import annotations

from collections.abc import Callable

import pytest

# Phrase, tense, interval.
DATES = [
    ("We arrived 9-Nov-2022.", "past", "2022-11-09/2022-11-10"),
    ("Paid on 31.08.2022.", "past", "2022-08-31/2022-09-01"),
    ("Paid on 31-08-2022.", "past", "2022-08-31/2022-09-01"),
    ("Paid on 8/31/22.", "past", "2022-08-31/2022-09-01"),
    ("The copy of 2022.08.31 is lost.", "past", "2022-08-31/2022-09-01"),
    ("We wed on the second of June, 2018.", "past", "2018-06-02/2018-06-03"),
    ("She was born on June second, 1991.", "past", "1991-06-02/1991-06-03"),
    ("It was on the twenty-first of May.", "past", "2023-05-21/2023-05-22"),
    ("On June the 2nd we met.", "past", "2023-06-02/2023-06-03"),
    ("I saw it on the 3rd of last month.", "past", "2023-05-03/2023-05-04"),
    ("It is due on the 3rd of next month.", "future", "2023-07-03/2023-07-04"),
    ("I have fasted since the 9th.", "past", "2023-06-09/.."),
    ("On the 31st I fasted.", "past", "2023-05-31/2023-06-01"),
    ("On the 31st I will fast.", "future", "2023-07-31/2023-08-01"),
    ("On Feb 29 we danced.", "past", "2020-02-29/2020-03-01"),
    ("On Feb 29 we will dance.", "future", "2024-02-29/2024-03-01"),
    ("call bo on nov 9 at noon", "future", "2023-11-09/2023-11-10"),
    ("i was in oslo in march", "past", "2023-03-01/2023-04-01"),
    ("since october i run", "past", "2022-10-01/.."),
    ("what did we eat in february?", "past", "2023-02-01/2023-03-01"),
    ("The week of 8 May was long.", "past", "2023-05-08/2023-05-15"),
    ("2019 was a good year.", "past", "2019-01-01/2020-01-01"),
    ("Our 2019 trip was cheap.", "past", "2019-01-01/2020-01-01"),
    ("My plan for 2024 is rest.", "future", "2024-01-01/2025-01-01"),
    ("Prior to March 2019 it was a barn.", "past", "../2019-03-01"),
    ("Compared to March 2019 it is dear.", "past", "2019-03-01/2019-04-01"),
    # Seasons.
    ("This summer I will swim.", "future", "2023-06-01/2023-09-01"),
    ("This winter I skied.", "past", "2022-12-01/2023-03-01"),
    ("This December I stayed in.", "past", "2022-12-01/2023-01-01"),
    ("This past autumn I wrote.", "past", "2022-09-01/2022-12-01"),
    ("In the spring we sowed.", "past", "2023-03-01/2023-06-01"),
    ("In spring of last year we sowed.", "past", "2022-03-01/2022-06-01"),
    ("Two winters ago I skied.", "past", "2021-12-01/2022-03-01"),
    # Which is the month, nobody knows.
    ("Paid on 5/6/22.", "past", ""),
    ("Paid on 05.06.2022.", "past", ""),
    # Amounts, streets, pages, and verbs that are called like months.
    ("The fee rose from 1500 to 1800.", "past", ""),
    ("The hall holds between 1800 and 1900 people.", "past", ""),
    ("I was paid from 1900 to 1950 a month.", "past", ""),
    ("Read pages 1810-1815.", "past", ""),
    ("It came in 2000 pieces.", "past", ""),
    ("The shop is in 1987 Main Street.", "past", ""),
    ("He sold it for 2000.", "past", ""),
    ("You may march in or out.", "future", ""),
]


@pytest.mark.parametrize(("text", "tense", "interval"), DATES)
def test_a_date_is_the_one_that_is_written(
    told: Callable[..., str], text: str, tense: str, interval: str
) -> None:
    assert told(text, tense) == interval
