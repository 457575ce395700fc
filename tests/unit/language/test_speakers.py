"""What a speaker tells of themselves without an "I": as one of "we", and with no subject."""

import pytest

from graphmem.core.extraction import Extraction
from graphmem.writing.wording import worded


def told(found: Extraction) -> list[str]:
    return sorted(worded(p) for p in found.propositions if p.asserted)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("We've relocated to Lisbon.", ["Mara relocated to Lisbon"]),
        ("We own a Volvo.", ["Mara owns Volvo"]),
        ("Sold the Fiat and bought a used Yaris.", ["Mara bought Yaris", "Mara sold Fiat"]),
        ("Moved to Munich.", ["Mara moved to Munich"]),
        ("Just moved to Lisbon.", ["Mara moved to Lisbon"]),
        ("Adopted a kitten!", ["Mara adopted kitten"]),
        ("Got promoted to team lead.", ["Mara was promoted to team lead"]),
        ("Cancelled Netflix.", ["Mara canceled Netflix"]),
        ("Moved to Rome and am happy.", ["Mara is happy", "Mara moved to Rome"]),
        ("We're both happy.", ["Mara is happy"]),
        ("It rained. Sold the car.", ["Mara sold car"]),
    ],
)
def test_is_told_of_the_speaker(read, text: str, facts: list[str]) -> None:
    assert told(read(text, speaker="Mara")) == facts
    assert told(read(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Built in 1990 by Otto.",
        "Based on this report.",
        "Thanks for the book.",
        "Sounded good to Tom.",
        "Moved to Munich?",
        "Used Yaris.",
        "Read the docs.",
        "Let us visit Rome.",
    ],
)
def test_is_told_of_nobody(read, text: str) -> None:
    assert told(read(text, speaker="Mara")) == []


@pytest.mark.parametrize("text", ["We own a Volvo.", "Sold the Fiat.", "Cancelled Netflix."])
def test_an_assistant_has_nothing_to_tell_of_itself(read, text: str) -> None:
    assert told(read(text, speaker="assistant")) == []


def test_who_was_told_of_before_may_be_the_one(read) -> None:
    found = told(read("Tom is a cook. Sold his car.", speaker="Mara"))
    assert found == ["Tom is cook"]


def test_the_words_of_an_event_keep_the_we(read) -> None:
    (event,) = read("We moved to Lisbon.", speaker="Mara").events
    assert event.text == "We moved to Lisbon."
    assert [a.text for a in event.arguments if a.role == "agent"] == ["Mara"]
