"""The rules, as a whole."""

from __future__ import annotations

from graphmem.language.times.pieces import TRIGGERS, topics_of
from graphmem.language.times.rules import RULES

# What every rule that asks for a mark reads, in capitals and over lines, too.
TEXTS = (
    "The week before last, two days ago, 3 weeks back, a year ago today, in two months.",
    "Two weeks from now we have lived here for ten years now, since the 1990s or the '90s.",
    "THE SIXTIES; 1998-2003, 1998 – 2003, 2019/05/03, 2019-05, 05/07/2019, the early nineties",
    "This month, next week, this past year, this coming weekend; in the last two weeks.",
    "LAST NIGHT, today, on Friday of last week, next week on Monday, the week of May 5.",
    "May of last year, next year in June, last March, this SUMMER, between May and July 2020.",
    "Over the\nweekend, the week after next, the Friday before last, the Monday after next.",
    "At the end of the month; these past two weeks, the past year, over the coming month.",
    "The next three days, a few weeks ago, a couple of years ago, half a year ago.",
    "A year and a half ago, two and a half years ago, four years ago in May, two summers ago.",
    "Two Fridays ago, a week ago Monday, a week from Sunday; this time last year.",
    "The first Monday of next month, the last week of May 2020, the first day in June.",
    "In Tuesday's talk and in Tuesday’s; the third of May, 2020, the third of May.",
    "On the 3rd of last month; 31.08.2022 and 2022.08.31; the week of 5 May.",
    "May-July 2020, May – July; summer of last year, in the spring, goals for 2024.",
    "At Acme, 2019 - present; 2011 to 2014; last quarter; Thanksgiving last year; next Easter.",
)


def test_what_a_rule_asks_for_stands_in_all_that_it_reads() -> None:
    marked = [rule for rule in RULES if rule.marks]
    found = [
        (rule, text) for rule in marked for text in TEXTS if rule.pattern.search(text) is not None
    ]
    assert [rule.pattern.pattern for rule in marked if rule not in dict(found)] == []
    for rule, text in found:
        words = " ".join(text.lower().split())
        assert any(mark in words for mark in rule.marks), (rule.pattern.pattern, text)


def test_the_topics_of_a_rule_stand_in_all_that_it_reads() -> None:
    for rule in RULES:
        for text in TEXTS:
            if rule.pattern.search(text) is not None:
                assert rule.topics <= topics_of(text), (rule.pattern.pattern, text)


def test_a_trigger_is_a_word_in_lower_case() -> None:
    assert all(word == word.lower() and " " not in word for word in TRIGGERS)
