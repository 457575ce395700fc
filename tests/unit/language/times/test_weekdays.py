"""Days of the week, by the calendar. The day is Wednesday, 14 June 2023."""

from __future__ import annotations

from collections.abc import Callable

import pytest

# Phrase, first day of one day beside a verb of the past, and of the future; "" for none.
DAYS = [
    ("Next week Friday", "2023-06-23", "2023-06-23"),
    ("Last week Tuesday", "2023-06-06", "2023-06-06"),
    ("A week ago Monday", "2023-06-05", "2023-06-05"),
    ("A week from Friday", "2023-06-23", "2023-06-23"),
    ("Two weeks from Monday", "2023-07-03", "2023-07-03"),
    ("Two Sundays ago", "2023-06-04", "2023-06-04"),
    ("The Sunday before last", "2023-06-04", "2023-06-04"),
    ("The Monday after next", "2023-06-26", "2023-06-26"),
    ("The first Monday of next month", "2023-07-03", "2023-07-03"),
    ("The last Friday in April 2022", "2022-04-29", "2022-04-29"),
    ("The second Tuesday in March", "2023-03-14", "2024-03-12"),
    ("The last day of February 2024", "2024-02-29", "2024-02-29"),
    ("The party is on Saturday the 24th", "2022-12-24", "2023-06-24"),
    ("Late Saturday night", "2023-06-10", "2023-06-17"),
    ("See you next wed", "2023-06-21", "2023-06-21"),
    ("It is on thurs", "2023-06-08", "2023-06-15"),
    # "This" is the last one beside a verb of the past.
    ("This Monday", "2023-06-12", "2023-06-19"),
    ("This Friday", "2023-06-09", "2023-06-16"),
    # A weekday alone, behind a name, and in lower case.
    ("I saw Bo Sunday", "2023-06-11", "2023-06-18"),
    ("Dinner Sunday with Bo", "2023-06-11", "2023-06-18"),
    ("In Tuesday's talk", "2023-06-13", "2023-06-20"),
    ("Tuesday's talk was long", "2023-06-13", "2023-06-20"),
    ("it hurts since sunday", "2023-06-11", "2023-06-11"),
    ("sunday evening we ate", "2023-06-11", "2023-06-18"),
    ("saw him tuesday", "2023-06-13", "2023-06-20"),
    # Planned for a day that is to come.
    ("I booked it for Friday", "2023-06-16", "2023-06-16"),
    # Habits, films, brands, and what is only counted from a day.
    ("Every other Friday", "", ""),
    ("Every second Friday of the month", "", ""),
    ("On Friday evenings we danced", "", ""),
    ("We used to dance on Fridays", "", ""),
    ("Friday the 13th", "", ""),
    ("On Monday.com", "", ""),
    ("Black Friday", "", ""),
    ("Happy Monday", "", ""),
    ("Three days before last Monday", "", ""),
    ("By Monday or so", "", ""),
]


@pytest.mark.parametrize(("text", "past", "future"), DAYS)
def test_a_weekday_is_the_day_that_the_words_count_to(
    told: Callable[..., str], text: str, past: str, future: str
) -> None:
    found = [told(text, tense).split("/") for tense in ("past", "future")]
    assert [next((end for end in ends if end != ".."), "") for ends in found] == [past, future]


def test_this_beside_a_verb_of_the_present_is_to_come(told: Callable[..., str]) -> None:
    assert told("This Friday", "present") == "2023-06-16/2023-06-17"
    assert told("This weekend", "present") == "2023-06-17/2023-06-19"
    assert told("On Friday", "present") == ""
