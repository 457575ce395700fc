"""Events with their times, roles and causes, and what a text says has ended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graphmem.core.extraction import EventDraft, Extraction
from graphmem.language.extractor import SpacyExtractor
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import ExtractionInput

AT = datetime(2023, 6, 14, 18, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(extractor: SpacyExtractor, encoder: MiniLMEncoder):
    def extract(text: str) -> Extraction:
        passage = ExtractionInput(text, "Caroline", "Melanie", at=AT)
        return extractor.extract([passage], encoder.encode([text]))[0]

    return extract


def when_of(event: EventDraft) -> str | None:
    return event.when.text if event.when else None


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("I moved to Lisbon in May 2023.", ["2023-05"]),
        ("Yesterday, when I went to the store, I saw Bob.", [None, "2023-06-13"]),
        ("I met Bob on Friday and we will meet again on Monday.", ["2023-06-09", "2023-06-19"]),
        ("Our trip to Rome last month was great!", ["2023-05"]),
        ("I watched the film that came out last year.", [None, "2022"]),
        ("Guess what I did this week?", ["2023-06-12/2023-06-19"]),
        ("I read a report of May 2020.", [None]),
        ("He will call on Friday.", ["2023-06-16"]),
        ("We meet on Friday.", [None]),
        ("I've been wanting to see Bob on Friday.", ["2023-06-16"]),
        ("I wanted to see Bob on Friday.", ["2023-06-09"]),
        ("I have lived here since 2019.", ["2019-01-01/.."]),
    ],
)
def test_an_event_has_the_time_of_its_own_verb(told, text: str, times: list[str | None]) -> None:
    events = [event for event in told(text).events if event.arguments]
    assert [when_of(event) for event in events] == times


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("How have you been?", "How has Melanie been?"),
        ("Have you seen Bob?", "Has Melanie seen Bob?"),
        ("Are you free?", "Is Melanie free?"),
        ("Don't you like it?", "Doesn't Melanie like it?"),
        ("Were you there?", "Was Melanie there?"),
        ("I'm here.", "Caroline is here."),
        ("I live in Porto now.", "Caroline lives in Porto now."),
        ("I often go there.", "Caroline often goes there."),
        ("I lived in Porto.", "Caroline lived in Porto."),
        ("You were late.", "Melanie was late."),
    ],
)
def test_the_verb_agrees_with_the_name_that_stands_for_a_pronoun(
    told, text: str, said: str
) -> None:
    assert told(text).events[0].text == said


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("The engine failed because the pump broke.", [(1,), ()]),
        ("Because it rained, we stayed at home.", [(), (-1,)]),
        ("It rained, so we stayed home.", [(), (-1,)]),
        ("Since it was raining, we stayed at home.", [(), (-1,)]),
        ("The dam broke, which caused a flood.", [(), (-1,)]),
        ("He was tired. Therefore he slept.", [(), (-1,)]),
        ("I have lived here since I was born.", [(), ()]),
        ("It was late. So, how are you?", [(), ()]),
    ],
)
def test_causes_are_joined_where_the_text_says_so(
    told, text: str, causes: list[tuple[int, ...]]
) -> None:
    assert [event.because for event in told(text).events] == causes


def test_one_participant_may_have_several_roles(told) -> None:
    (event,) = told("They visited Paris last summer.").events
    assert [a.role for a in event.arguments if a.text == "Paris"] == ["patient", "place"]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Ann quit her job at Acme.", ("Ann", "work at", "Acme")),
        ("Ann left Acme last week.", ("Ann", "work at", "Acme")),
        ("Ann resigned from Acme Corp in May.", ("Ann", "work at", "Acme Corp")),
        ("Ann was fired from Google.", ("Ann", "work at", "Google")),
        ("Ann has stopped drinking coffee.", ("Ann", "drink", "coffee")),
        ("Ann gave up eating meat.", ("Ann", "eat", "meat")),
        ("Ann no longer drinks coffee.", ("Ann", "drink", "coffee")),
        ("Ann moved from Rome to Oslo.", ("Ann", "live in", "Rome")),
        ("Ann dropped out of Stanford.", ("Ann", "study at", "Stanford")),
    ],
)
def test_what_is_told_to_have_ended_is_denied(told, text: str, denied: tuple[str, ...]) -> None:
    facts = [p for p in told(text).propositions if p.negated and p.asserted]
    assert [(p.subject.text, p.predicate, p.object.text) for p in facts] == [denied]
    assert all(p.tense == "present" for p in facts)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Ann broke up with Sam.", {"date", "have boyfriend", "have girlfriend"}),
        ("Ann divorced Sam.", {"be married to", "have husband", "have wife"}),
    ],
)
def test_who_parted_is_none_of_what_a_pair_may_be(told, text: str, denied: set[str]) -> None:
    facts = [p for p in told(text).propositions if p.negated and p.asserted]
    assert {(p.subject.text, p.object.text) for p in facts} == {("Ann", "Sam")}
    assert {p.predicate for p in facts} == denied


@pytest.mark.parametrize(
    "text",
    [
        "Ann wants to quit her job at Acme.", "Ann will stop drinking coffee.", "Ann left Rome.",
        "Ann did not leave Acme.", "Ann retired from teaching.", "Ann left Sam.",
        "Bob never stopped drinking coffee.",
    ],
)  # fmt: skip
def test_what_has_not_ended_is_not_denied(told, text: str) -> None:
    denials = {"work at", "drink", "live in", "date"}
    facts = told(text).propositions
    assert not [p for p in facts if p.negated and p.asserted and p.predicate in denials]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My monthly budget is now $50.", "$50"),
        ("The rent is about $1,200 a month.", "about $1,200 a month"),
        ("The score is now 42.", "42"),
        ("The salary is currently €500.", "€500"),
    ],
)
def test_an_amount_is_read_whole(told, text: str, value: str) -> None:
    assert [p.object.text for p in told(text).propositions] == [value]


@pytest.mark.parametrize(
    ("text", "predicate", "validity"),
    [
        ("I moved to Lisbon in May 2023.", "move to", "2023-05-01T00:00:00+00:00/.."),
        ("I have lived in Rome since 2019.", "live in", "2019-01-01T00:00:00+00:00/.."),
        ("I worked at Acme from 2010 to 2015.", "work at",
         "2010-01-01T00:00:00+00:00/2016-01-01T00:00:00+00:00"),
        ("I quit my job at Acme in May 2023.", "work at", "2023-05-01T00:00:00+00:00/.."),
        ("I lived in Rome in 2019.", "live in", None),
        ("I live in Rome.", "live in", None),
    ],
)  # fmt: skip
def test_a_fact_holds_from_when_its_own_clause_says(
    told, text: str, predicate: str, validity: str | None
) -> None:
    facts = told(text).propositions
    (fact,) = [p for p in facts if p.predicate == predicate and p.object.kind != "time"]
    assert (fact.validity and fact.validity.text) == validity
