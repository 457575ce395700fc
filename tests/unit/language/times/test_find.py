"""Times in words, against intervals that were worked out by hand on a calendar.

The passage is of Wednesday, 14 June 2023. An interval is written with its first day and the day
after its last one.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graphmem.core.when import When
from graphmem.language.times.find import find_times, names_time, read_time

AT = datetime(2023, 6, 14, 18, 30, tzinfo=UTC)

# Phrase, first day, day after the last one, granularity; the same whatever the tense.
SURE = [
    ("I saw her yesterday.", "2023-06-13", "2023-06-14", "day"),
    ("Yesterday morning it rained.", "2023-06-13", "2023-06-14", "day"),
    ("I feel fine today.", "2023-06-14", "2023-06-15", "day"),
    ("We leave tonight.", "2023-06-14", "2023-06-15", "day"),
    ("I slept badly last night.", "2023-06-13", "2023-06-14", "day"),
    ("I ran ten miles this morning.", "2023-06-14", "2023-06-15", "day"),
    ("She called this afternoon.", "2023-06-14", "2023-06-15", "day"),
    ("I start tomorrow.", "2023-06-15", "2023-06-16", "day"),
    ("Will you come over tomorrow evening?", "2023-06-15", "2023-06-16", "day"),
    ("It broke the day before yesterday.", "2023-06-12", "2023-06-13", "day"),
    ("We fly the day after tomorrow.", "2023-06-16", "2023-06-17", "day"),
    ("We met last week.", "2023-06-05", "2023-06-12", "week"),
    ("This week was long.", "2023-06-12", "2023-06-19", "week"),
    ("The exam is next week.", "2023-06-19", "2023-06-26", "week"),
    ("I rested last weekend.", "2023-06-10", "2023-06-12", "weekend"),
    ("Next weekend is free.", "2023-06-24", "2023-06-26", "weekend"),
    ("This past weekend was fun.", "2023-06-10", "2023-06-12", "weekend"),
    ("Sales fell last month.", "2023-05-01", "2023-06-01", "month"),
    ("Rent is due this month.", "2023-06-01", "2023-07-01", "month"),
    ("He retires next month.", "2023-07-01", "2023-08-01", "month"),
    ("They married last year.", "2022-01-01", "2023-01-01", "year"),
    ("Prices rose this year.", "2023-01-01", "2024-01-01", "year"),
    ("We open next year.", "2024-01-01", "2025-01-01", "year"),
    ("He was ill the week before last.", "2023-05-29", "2023-06-05", "week"),
    ("We sailed the weekend before last.", "2023-06-03", "2023-06-05", "weekend"),
    ("Two weeks ago the roof leaked.", "2023-05-29", "2023-06-05", "week"),
    ("I got it a week ago.", "2023-06-05", "2023-06-12", "week"),
    ("It arrived three days ago.", "2023-06-11", "2023-06-12", "day"),
    ("It arrived 10 days ago.", "2023-06-04", "2023-06-05", "day"),
    ("We moved two months ago.", "2023-04-01", "2023-05-01", "month"),
    ("She quit six months ago.", "2022-12-01", "2023-01-01", "month"),
    ("I learnt it a year ago.", "2022-01-01", "2023-01-01", "year"),
    ("He died 25 years ago.", "1998-01-01", "1999-01-01", "year"),
    ("We met two weekends ago.", "2023-06-03", "2023-06-05", "weekend"),
    ("We wed five years ago today.", "2018-06-14", "2018-06-15", "day"),
    ("We met a week ago today.", "2023-06-07", "2023-06-08", "day"),
    ("We met ten days ago today.", "2023-06-04", "2023-06-05", "day"),
    ("We met four months ago today.", "2023-02-14", "2023-02-15", "day"),
    ("We met a decade ago today.", "2013-06-14", "2013-06-15", "day"),
    ("We meet a week from today.", "2023-06-19", "2023-06-26", "week"),
    ("I bought it a month back.", "2023-05-01", "2023-06-01", "month"),
    ("The lease ends two weeks from now.", "2023-06-26", "2023-07-03", "week"),
    ("Over the last two weeks I slept well.", "2023-05-31", "2023-06-15", "span"),
    ("In the past month I lost weight.", "2023-05-14", "2023-06-15", "span"),
    ("We met last Friday.", "2023-06-09", "2023-06-10", "day"),
    ("I swam last Wednesday.", "2023-06-07", "2023-06-08", "day"),
    ("We met last Sunday night.", "2023-06-11", "2023-06-12", "day"),
    ("I sang last Tues and loved it.", "2023-06-13", "2023-06-14", "day"),
    ("The gig is next Saturday.", "2023-06-17", "2023-06-18", "day"),
    ("We leave this coming Monday.", "2023-06-19", "2023-06-20", "day"),
    ("It rained this past Sunday.", "2023-06-11", "2023-06-12", "day"),
    ("I was off on Tuesday last week.", "2023-06-06", "2023-06-07", "day"),
    ("We talk on Thursday next week.", "2023-06-22", "2023-06-23", "day"),
    ("He came last week on Monday.", "2023-06-05", "2023-06-06", "day"),
    ("She was born on May 5, 1990.", "1990-05-05", "1990-05-06", "day"),
    ("It opened on 12 March 2021.", "2021-03-12", "2021-03-13", "day"),
    ("It opened on the 3rd of April, 2020.", "2020-04-03", "2020-04-04", "day"),
    ("Monday, 8 May 2023 was a holiday.", "2023-05-08", "2023-05-09", "day"),
    ("We met on Dec. 24, 2022.", "2022-12-24", "2022-12-25", "day"),
    ("The log says 2023-05-07.", "2023-05-07", "2023-05-08", "day"),
    ("The log says 2023-05.", "2023-05-01", "2023-06-01", "month"),
    ("It was paid on 25/12/2022.", "2022-12-25", "2022-12-26", "day"),
    ("It was paid on 12/25/2022.", "2022-12-25", "2022-12-26", "day"),
    ("I moved in May 2023.", "2023-05-01", "2023-06-01", "month"),
    ("I moved in Sept 2019.", "2019-09-01", "2019-10-01", "month"),
    ("It began in February '21.", "2021-02-01", "2021-03-01", "month"),
    ("She left in March of last year.", "2022-03-01", "2022-04-01", "month"),
    ("It happened last year in October.", "2022-10-01", "2022-11-01", "month"),
    ("We wed last August.", "2022-08-01", "2022-09-01", "month"),
    ("Last May was cold.", "2023-05-01", "2023-06-01", "month"),
    ("We go next March.", "2024-03-01", "2024-04-01", "month"),
    ("It ran from May to July 2021.", "2021-05-01", "2021-08-01", "span"),
    ("It ran between November and February 2022.", "2021-11-01", "2022-03-01", "span"),
    ("He served from 2010 to 2015.", "2010-01-01", "2016-01-01", "span"),
    ("His years there (2010-2015) were good.", "2010-01-01", "2016-01-01", "span"),
    ("The war of 1914-18 was long.", "1914-01-01", "1919-01-01", "span"),
    ("It was built in 1889.", "1889-01-01", "1890-01-01", "year"),
    ("They won in '98.", "1998-01-01", "1999-01-01", "year"),
    ("Since then, in the year 2001, it grew.", "2001-01-01", "2002-01-01", "year"),
    ("We toured in the summer of 2019.", "2019-06-01", "2019-09-01", "season"),
    ("Winter 2020 was mild.", "2020-12-01", "2021-03-01", "season"),
    ("Last summer I surfed.", "2022-06-01", "2022-09-01", "season"),
    ("Last winter I skied.", "2022-12-01", "2023-03-01", "season"),
    ("Last spring we planted it.", "2023-03-01", "2023-06-01", "season"),
    ("This summer we travel.", "2023-06-01", "2023-09-01", "season"),
    ("Next fall I study.", "2023-09-01", "2023-12-01", "season"),
    ("Music of the 1980s is back.", "1980-01-01", "1990-01-01", "decade"),
    ("He grew up in the nineties.", "1990-01-01", "2000-01-01", "decade"),
    ("The fair is May 3-7, 2022.", "2022-05-03", "2022-05-08", "span"),
    ("We meet on the 14th.", "2023-06-14", "2023-06-15", "day"),
    ("It was the week of May 8, 2023.", "2023-05-08", "2023-05-15", "week"),
    # Open on one side.
    ("I have lived here since 2019.", "2019-01-01", None, "year"),
    ("She has been ill since last Friday.", "2023-06-09", None, "day"),
    ("Since May 2021 it is closed.", "2021-05-01", None, "month"),
    ("I have been painting for seven years now.", "2016-01-01", None, "year"),
    ("He has worked there for two months.", "2023-04-01", None, "month"),
    ("The offer holds until tomorrow.", None, "2023-06-16", "day"),
    ("It was cheap before 2020.", None, "2020-01-01", "year"),
    ("After May 2022 nobody came.", "2022-06-01", None, "month"),
]  # fmt: skip

# Phrase, first day beside a verb of the past, and of the future.
BY_TENSE = [
    ("on Friday", "2023-06-09", "2023-06-16"),
    ("on Wednesday", "2023-06-07", "2023-06-21"),
    ("Sunday morning", "2023-06-11", "2023-06-18"),
    ("on Sat", "2023-06-10", "2023-06-17"),
    ("in March", "2023-03-01", "2024-03-01"),
    ("in October", "2022-10-01", "2023-10-01"),
    ("on May 5", "2023-05-05", "2024-05-05"),
    ("on December 31st", "2022-12-31", "2023-12-31"),
    ("on the 2nd of July", "2022-07-02", "2023-07-02"),
    ("on the 20th.", "2023-05-20", "2023-06-20"),
    ("in two weeks", None, "2023-06-26"),
    ("in a year", None, "2024-01-01"),
    ("at the weekend", "2023-06-10", "2023-06-17"),
]

# Too vague, habitual, or something else.
NOTHING = [
    "I saw her recently.", "We spoke the other day.", "I moved years ago.",
    "About three years ago we met.", "It was two or three weeks ago.",
    "Over ten years ago he left.", "We swim every Friday.", "I am off each Monday.",
    "Pay by Friday.", "It was around May 2020.", "You may go.", "They march on.", "He sat down.",
    "The sun is out.", "Black Friday was wild.", "It weighs 2000 kg.", "In 1500 people came.",
    "The date was 5/7/2023.", "The next day we left.", "It rained the last day of school.",
    "On February 30, 2021 nothing was.", "It was version 2023.4.", "Call 555-2019.", "",
    "A few weeks later he came.", "We like Fridays.", "It was on the 17th and 18th of it.",
    "The last week of school was fun.", "He left three days after last Friday.",
    "We fly a week from tomorrow.",
]  # fmt: skip


def shown(when: When | None) -> tuple[str | None, str | None, str] | None:
    if when is None:
        return None
    ends = [at and at.date().isoformat() for at in (when.start, when.end)]
    return ends[0] or None, ends[1] or None, when.granularity


@pytest.mark.parametrize(("text", "first", "after", "granularity"), SURE)
def test_a_time_is_the_interval_that_the_calendar_says(
    text: str, first: str | None, after: str | None, granularity: str
) -> None:
    (phrase,) = find_times(text, AT)
    for tense in ("past", "present", "future"):
        assert shown(phrase.when(tense)) == (first, after, granularity)


@pytest.mark.parametrize(("text", "past", "future"), BY_TENSE)
def test_an_open_form_means_what_the_tense_says(text: str, past: str | None, future: str) -> None:
    (phrase,) = find_times(text, AT)
    found = [phrase.when(tense) for tense in ("past", "future", "present")]
    assert [(shown(when) or (None,))[0] for when in found] == [past, future, None]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_certain_time_gives_none(text: str) -> None:
    assert find_times(text, AT) == []


def test_there_are_a_hundred_pairs_and_each_passes_the_cheap_test() -> None:
    assert len(SURE) + len(BY_TENSE) >= 100
    for text, *_ in (*SURE, *BY_TENSE):
        words = [word.strip(".,!?()") for word in text.lower().split()]
        assert names_time(words, text), text


def test_two_times_of_one_text_are_both_read() -> None:
    found = find_times("We met in May 2020 and wed in June 2021, last Friday aside.", AT)
    assert [phrase.past and phrase.past.text for phrase in found] == [
        "2020-05", "2021-06", "2023-06-09",
    ]  # fmt: skip


def test_without_a_day_to_count_from_only_absolute_times_are_read() -> None:
    found = find_times("Last week, on May 5, in May 2020, since 2019.", None)
    assert [phrase.past and phrase.past.text for phrase in found] == ["2020-05", "2019"]


@pytest.mark.parametrize("at", ["0001-01-02", "9999-12-30"])
def test_at_the_ends_of_the_calendar_nothing_is_made_up(at: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    for text, *_ in (*SURE, *BY_TENSE):
        find_times(text, moment)


@pytest.mark.parametrize(
    ("cue", "first"),
    [
        ("May 2023", "2023-05-01"), ("may", "2023-05-01"), ("May", "2023-05-01"),
        ("Friday", "2023-06-09"),
        ("last week", "2023-06-05"), ("in the summer of 2022", "2022-06-01"),
        ("2019", "2019-01-01"),
        ("the 1990s", "1990-01-01"), ("since 2019", "2019-01-01"), ("soon", None),
        ("May and June", "2023-05-01"), ("May and August", None),
        ("last week at work", None), ("2023-13", None),
    ],
)  # fmt: skip
def test_a_cue_of_words_names_one_time_and_nothing_else(cue: str, first: str | None) -> None:
    assert (shown(read_time(cue, AT)) or (None,))[0] == first
