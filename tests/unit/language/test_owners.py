"""What is somebody's is told apart from what is another's, and its value is told of them."""

import pytest

from graphmem.core.extraction import Extraction
from graphmem.writing.wording import worded

Told = list[tuple[str, str, str, str]]


def told(found: Extraction) -> Told:
    facts = [p for p in found.propositions if p.rule != "possession"]
    return [(p.subject.text, p.predicate, p.object.text, worded(p)) for p in facts]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "My dad lives in Faro.",
            [("Mara's dad", "live in", "Faro", "Mara's dad lives in Faro")],
        ),
        (
            "Our office is in Berlin.",
            [("Mara's office", "be in", "Berlin", "Mara's office is in Berlin")],
        ),
        (
            "My sister is late. She lives in Faro.",
            [
                ("Mara's sister", "be", "late", "Mara's sister is late"),
                ("Mara's sister", "live in", "Faro", "Mara's sister lives in Faro"),
            ],
        ),
        ("Sam's dog eats fish.", [("Sam's dog", "eat", "fish", "Sam's dog eats fish")]),
        (
            "My sister's husband works at Lidl.",
            [
                (
                    "Mara's sister's husband", "work at", "Lidl",
                    "Mara's sister's husband works at Lidl",
                )
            ],
        ),
        ("My brother Alex lives in Perth.", [("Alex", "live in", "Perth", "Alex lives in Perth")]),
        ("Our daughter Ella sings jazz.", [("Ella", "sing", "jazz", "Ella sings jazz")]),
        ("My Dad sings jazz.", [("Mara's dad", "sing", "jazz", "Mara's dad sings jazz")]),
        ("Dad sings jazz.", [("Mara's dad", "sing", "jazz", "Mara's dad sings jazz")]),
        (
            "I live in Bergen with my wife Ingrid.",
            [
                ("Mara", "live in", "Bergen", "Mara lives in Bergen"),
                ("Mara", "live with", "Ingrid", "Mara lives with Ingrid"),
            ],
        ),
        (
            "I had dinner with my sister Elif yesterday.",
            [
                ("Mara", "have", "dinner", "Mara had dinner"),
                ("Mara", "have with", "Elif", "Mara had with Elif"),
                ("Mara", "have", "yesterday", "Mara had yesterday"),
            ],
        ),
        ("I sold my car.", [("Mara", "sell", "Mara's car", "Mara sold car")]),
        ("My wife is a doctor.", [("Mara's wife", "be", "doctor", "Mara's wife is doctor")]),
        ("My job is great.", [("Mara's job", "be", "great", "Mara's job is great")]),
        ("Today's meeting is in Rome.", [("meeting", "be in", "Rome", "meeting is in Rome")]),
    ],
)  # fmt: skip
def test_what_is_somebodys(read, text: str, facts: Told) -> None:
    assert told(read(text, speaker="Mara")) == facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        (
            "My favourite colour is blue.",
            ("Mara", "have favourite colour", "blue", "Mara's favourite colour is blue"),
        ),
        (
            "My favourite colour is not blue.",
            ("Mara", "have favourite colour", "blue", "Mara's favourite colour is not blue"),
        ),
        (
            "My boss was Tim.",
            ("Mara", "have boss", "Tim", "Mara's boss was Tim"),
        ),
        ("Omar's manager is Anita.", ("Omar", "have manager", "Anita", "Omar's manager is Anita")),
        ("My new manager is Anita.", ("Mara", "have manager", "Anita", "Mara's manager is Anita")),
        ("Our rent is 900 euros.", ("Mara", "have rent", "900 euros", "Mara's rent is 900 euros")),
        ("My phone is a Pixel now.", ("Mara", "have phone", "Pixel", "Mara's phone is Pixel")),
        ("My car is a 2012 Golf.", ("Mara", "have car", "2012 Golf", "Mara's car is 2012 Golf")),
        (
            "My birthday is on May 5.",
            ("Mara", "have birthday", "May 5", "Mara's birthday is on May 5"),
        ),
        (
            "The CEO of Nordlicht is Anna.",
            ("Nordlicht", "have ceo", "Anna", "CEO of Nordlicht is Anna"),
        ),
        ("My dog is called Rex.", ("Mara", "have dog", "Rex", "Mara's dog is called Rex")),
        ("My dog's name is Rex.", ("Mara", "have dog", "Rex", "Mara's dog's name is Rex")),
        (
            "My car is called Betty.",
            ("Mara's car", "be called", "Betty", "Mara's car is called Betty"),
        ),
        (
            "My dog's pet name is Rex.",
            ("Mara's dog", "have pet name", "Rex", "Mara's dog's pet name is Rex"),
        ),
        ("My name is Mara Lind.", ("Mara", "have name", "Mara Lind", "Mara's name is Mara Lind")),
        ("My home is in York now.", ("Mara", "live in", "York", "Mara's home is in York")),
        (
            "My husband was named Employee of the Month.",
            ("Mara's husband", "be named", "Employee of the Month",
             "Mara's husband was named Employee of the Month"),
        ),
        ("The status of GM-4 is open.", ("GM-4", "have status", "open", "status of GM-4 is open")),
        ("Acme's status is green.", ("Acme", "have status", "green", "Acme's status is green")),
    ],
)  # fmt: skip
def test_a_value_is_told_of_the_owner(read, text: str, fact: tuple[str, str, str, str]) -> None:
    assert told(read(text, speaker="Mara")) == [fact]


def test_a_town_has_no_beauty_for_a_value(read) -> None:
    found = told(read("The city of Rome is beautiful."))
    assert found == [("city of Rome", "be", "beautiful", "city of Rome is beautiful")]


def test_whose_it_is_stays_open_where_nobody_knows(read) -> None:
    assert told(read("My dad lives in Faro.")) == [("dad", "live in", "Faro", "dad lives in Faro")]
    found = told(read("Dad lives in Faro.", speaker="assistant"))
    assert found == [("Dad", "live in", "Faro", "Dad lives in Faro")]


def test_the_owner_has_what_is_theirs(read) -> None:
    (has, _) = read("My dad lives in Faro.", speaker="user").propositions
    assert (has.subject.text, has.predicate, has.object.text) == ("user", "have", "user's dad")
    assert worded(has) == "user has dad"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("My sister met Luis. He works at Lidl.", "Luis"),
        # The right one is too unsure, and nobody is said to.
        ("My mother visited my uncle. He works at Lidl.", None),
        ("My uncle visited my mother. She works at Lidl.", None),
        ("My aunt has a dog. He works at Lidl.", None),
    ],
)
def test_a_pronoun_means_nobody_of_the_other_gender(read, text: str, who: str | None) -> None:
    employed = [one[0] for one in told(read(text, speaker="Mara")) if one[1] == "work at"]
    assert employed == ([] if who is None else [who])


def test_the_words_of_an_event_say_whose_it_is(read) -> None:
    events = read("My sister is late. She lives in Faro.", speaker="Mara").events
    assert events[-1].text == "Mara's sister lives in Faro."


@pytest.mark.parametrize("text", ["I sold my dog.", "I lost my dog in May.", "My dog died."])
def test_what_is_gone_is_not_had(read, text: str) -> None:
    assert "have" not in {p.predicate for p in read(text, speaker="Mara").propositions}


@pytest.mark.parametrize("text", ["I washed my dog.", "My dog barks."])
def test_what_is_there_is_had(read, text: str) -> None:
    assert "have" in {p.predicate for p in read(text, speaker="Mara").propositions}
