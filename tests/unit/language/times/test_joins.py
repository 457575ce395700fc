"""Times that belong together, worked out by hand. The day is Wednesday, 14 June 2023."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphmem.language.times.find import find_times

# Phrase, intervals beside a verb of the past.
SPANS = [
    ("I was in Lima between 20 April and 3 May 2022.", "2022-04-20/2022-05-04"),
    ("The show ran May 30 to June 4, 2021.", "2021-05-30/2021-06-05"),
    ("The show ran from May 30 - June 4, 2021.", "2021-05-30/2021-06-05"),
    ("The show ran 4–9 June 2021.", "2021-06-04/2021-06-10"),
    ("It rained from the 2nd until the 6th of April 2020.", "2020-04-02/2020-04-07"),
    ("Between April 2 and April 6 it rained.", "2023-04-02/2023-04-07"),
    ("From 28 December to 3 January we skied.", "2022-12-28/2023-01-04"),
    ("I was off from 2022-11-01 to 2022-11-20.", "2022-11-01/2022-11-21"),
    ("We rented it from 2022-11 until 2023-02.", "2022-11-01/2023-03-01"),
    ("He slept from Sunday to Tuesday.", "2023-06-11/2023-06-14"),
    ("He slept from Tuesday until Friday last week.", "2023-06-06/2023-06-10"),
    ("She was gone between last Friday and Sunday.", "2023-06-09/2023-06-12"),
    ("From last Thursday to yesterday I fasted.", "2023-06-08/2023-06-14"),
    ("from sunday to tuesday i was ill", "2023-06-11/2023-06-14"),
    ("From October 2021 until last month I taught.", "2021-10-01/2023-06-01"),
    ("From 12 April 2020 to June 2021 I taught.", "2020-04-12/2021-07-01"),
    ("I taught from early 2012 to late 2014.", "2012-01-01/2015-01-01"),
    ("I taught from late March to mid-May 2022.", "2022-03-21/2022-05-21"),
    ("I taught there 2011 to 2014.", "2011-01-01/2015-01-01"),
    ("We were shut from August to October.", "2022-08-01/2022-11-01"),
    ("We were shut June–August 2020.", "2020-06-01/2020-09-01"),
    # Open at the end.
    ("I have been there from 2017 to now.", "2017-01-01/.."),
    ("Cook at Rosa's, 2017 - present.", "2017-01-01/.."),
    ("From 2017 on I cooked.", "2017-01-01/.."),
    ("From May 2017 onwards I cooked.", "2017-05-01/.."),
    # Lists.
    ("In 2011, 2014 and 2018 I voted.",
     "2011-01-01/2012-01-01 & 2014-01-01/2015-01-01 & 2018-01-01/2019-01-01"),
    ("I voted in 2011 and 2014.", "2011-01-01/2012-01-01 & 2014-01-01/2015-01-01"),
    ("I was ill on Sunday and Monday.", "2023-06-11/2023-06-13"),
    ("I was ill on Sunday and on Tuesday.", "2023-06-11/2023-06-12 & 2023-06-13/2023-06-14"),
    ("It was shut in January and February 2022.", "2022-01-01/2022-03-01"),
    ("It was shut in May 2021 and June 2022.", "2021-05-01/2021-06-01 & 2022-06-01/2022-07-01"),
    ("We met on 4 April and again on 9 April 2021.",
     "2021-04-04/2021-04-05 & 2021-04-09/2021-04-10"),
    ("On April 4 and April 9 we met.", "2023-04-04/2023-04-05 & 2023-04-09/2023-04-10"),
    ("It snowed on the 6th and 7th of January 2021.", "2021-01-06/2021-01-08"),
    # No span: habits, moved appointments, one of two days.
    ("I worked Monday through Thursday.", ""),
    ("I moved the talk from Monday to Thursday.", ""),
    ("They postponed it from 3 May to 10 May.", ""),
    ("I fell yesterday - today I rest.", "2023-06-13/2023-06-14 & 2023-06-14/2023-06-15"),
    ("It was on Monday or Tuesday.", ""),
    ("We met on 4 April or 9 April.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "intervals"), SPANS)
def test_neighbours_are_what_the_words_between_them_say(
    told: Callable[..., str], text: str, intervals: str
) -> None:
    assert told(text) == intervals


@pytest.mark.parametrize(
    ("text", "future"),
    [
        ("I will be off from Friday to Tuesday.", "2023-06-16/2023-06-21"),
        ("I will be off from 30 June to 4 July.", "2023-06-30/2023-07-05"),
        ("I will be off from tomorrow until Saturday.", "2023-06-15/2023-06-18"),
        ("From next Monday on I will be off.", "2023-06-19/.."),
    ],
)
def test_a_span_to_come_begins_with_its_first_time(
    told: Callable[..., str], text: str, future: str
) -> None:
    assert told(text, "future") == future


def test_only_a_span_with_both_ends_says_that_it_has_ended() -> None:
    ends = {
        text: [phrase.has_ends for phrase in find_times(text, None)]
        for text in ("from 2010 to 2014", "between May 2010 and June 2011", "early 2010 was fun",
                     "in 2010", "in May 2010 and June 2012")
    }  # fmt: skip
    assert [any(found) for found in ends.values()] == [True, True, False, False, False]
