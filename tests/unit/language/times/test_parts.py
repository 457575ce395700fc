"""Parts of a time, against intervals worked out by hand. The day is Wednesday, 14 June 2023."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphmem.language.times.find import find_times

# Phrase, tense, interval.
PARTS = [
    ("In early 2020 we sold the farm.", "past", "2020-01-01/2020-05-01"),
    ("They split in mid-2017.", "past", "2017-05-01/2017-09-01"),
    ("Late 2015 was rough.", "past", "2015-09-01/2016-01-01"),
    ("He quit late last year.", "past", "2022-09-01/2023-01-01"),
    ("At the start of 2018 I had no job.", "past", "2018-01-01/2018-05-01"),
    ("We opened in the first half of 2019.", "past", "2019-01-01/2019-07-01"),
    ("We closed in the second half of last year.", "past", "2022-07-01/2023-01-01"),
    ("We flew in early April 2022.", "past", "2022-04-01/2022-04-11"),
    ("We flew in mid-April.", "past", "2023-04-11/2023-04-21"),
    ("We flew at the very end of February 2023.", "past", "2023-02-21/2023-03-01"),
    ("I will fly in late July.", "future", "2023-07-21/2023-08-01"),
    ("The second half of May 2023 was hot.", "past", "2023-05-16/2023-06-01"),
    ("In early summer 2021 it flowered.", "past", "2021-06-01/2021-07-01"),
    ("In the late 1980s he sang.", "past", "1986-01-01/1990-01-01"),
    ("In the second half of the 1990s he rested.", "past", "1995-01-01/2000-01-01"),
    ("Early last week I saw a fox.", "past", "2023-06-05/2023-06-08"),
    ("I saw a fox at the end of last week.", "past", "2023-06-09/2023-06-12"),
    ("Earlier this month I saw a fox.", "past", "2023-06-01/2023-06-15"),
    ("So far this year I saw ten.", "past", "2023-01-01/2023-06-15"),
    ("Later this week I will call.", "future", "2023-06-14/2023-06-19"),
    ("I will rest for the rest of the month.", "future", "2023-06-14/2023-07-01"),
    ("At the beginning of the month I was paid.", "past", "2023-06-01/2023-06-11"),
    ("I get paid at the end of the month.", "future", "2023-06-21/2023-07-01"),
    ("In early Q2 2022 it rose.", "past", "2022-04-01/2022-05-01"),
    # The sense is that of the part.
    ("I have run since early 2020.", "past", "2020-01-01/.."),
    ("I have run since mid-March 2021.", "past", "2021-03-11/.."),
    ("It was a shop until late 2014.", "past", "../2015-01-01"),
    ("It was a shop before mid-2014.", "past", "../2014-05-01"),
    ("I have run since the end of 2020.", "past", "2021-01-01/.."),
    ("I have run since the beginning of 2020.", "past", "2020-01-01/.."),
    ("It was a shop until the beginning of 2014.", "past", "../2014-01-01"),
    ("It was a shop until the end of May 2014.", "past", "../2014-06-01"),
    ("It will be done before the end of the year.", "future", "../2024-01-01"),
    # No part: somebody was late, or up.
    ("I was late last week.", "past", "2023-06-05/2023-06-12"),
    ("We stayed up late last month.", "past", "2023-05-01/2023-06-01"),
    ("The rest of last week was fine.", "past", "2023-06-05/2023-06-12"),
]


@pytest.mark.parametrize(("text", "tense", "interval"), PARTS)
def test_a_part_is_as_much_of_the_time_as_it_says(
    told: Callable[..., str], text: str, tense: str, interval: str
) -> None:
    assert told(text, tense) == interval


def test_the_words_of_the_part_belong_to_the_phrase() -> None:
    text = "It was quiet at the beginning of March 2020."
    (phrase,) = find_times(text, None)
    assert text[phrase.start : phrase.end] == "the beginning of March 2020"


def test_the_end_of_the_month_is_none_of_the_past_before_it_has_begun(
    told: Callable[..., str],
) -> None:
    assert told("I paid it at the end of the month.") == ""
    assert told("I paid it at the end of the month.", on="2023-06-25") == "2023-06-21/2023-07-01"
