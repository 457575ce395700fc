"""No object tells when it is so, what is over is denied plainly, and each fact is told once."""

import pytest

from graphmem.core.extraction import Extraction
from graphmem.writing.wording import worded


def told(found: Extraction) -> list[str]:
    return sorted(worded(p) for p in found.propositions if p.asserted)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("The phone is a Pixel now.", ["phone is Pixel"]),
        ("I'm a nurse these days.", ["Mara is nurse"]),
        ("I am currently vegan.", ["Mara is vegan"]),
        ("I'm no longer vegan.", ["Mara is not vegan"]),
        ("I'm no longer a vegan.", ["Mara is not vegan"]),
        ("I'm not vegan any more.", ["Mara is not vegan"]),
        ("I'm not a teacher any more.", ["Mara is not teacher"]),
        ("I stopped being vegan.", ["Mara is not vegan"]),
        ("I stopped smoking cigars.", ["Mara does not smoke cigars"]),
        ("I'm 34 years old.", ["Mara is 34 years old"]),
        ("I sing in a choir.", ["Mara sings in choir"]),
        ("I quit smoking.", ["Mara quit smoking"]),
        ("Anna is the CEO of Nordlicht.", ["Anna is CEO of Nordlicht"]),
        ("Ben is the CEO of Nordlicht now.", ["Ben is CEO of Nordlicht"]),
        (
            "Anna resigned as CEO of Nordlicht.",
            ["Anna is not CEO of Nordlicht", "Anna resigned as CEO of Nordlicht"],
        ),
        (
            "I work at a small startup called Pebble.",
            ["Mara works at small startup", "small startup is called Pebble"],
        ),
        ("i live in berlin, kreuzberg", ["Mara lives in berlin", "Mara lives in kreuzberg"]),
        (
            "I have two kids, Mia and Noah.",
            ["Mara has Mia", "Mara has Noah", "Mia is kid", "Noah is kid"],
        ),
    ],
)
def test_reads(read, text: str, facts: list[str]) -> None:
    assert told(read(text, speaker="Mara")) == facts


def test_of_two_facts_that_read_alike_the_one_about_the_name_stays(read) -> None:
    (fact,) = read("Anna is the CEO of Nordlicht.").propositions
    assert (fact.subject.text, fact.predicate) == ("Nordlicht", "have ceo")
    assert fact.text == "Anna is CEO of Nordlicht"
