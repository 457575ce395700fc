"""Facts of one value: kept under a relation that holds one at a time, read as they were said."""

import pytest

from graphmem.core.extraction import Extraction
from graphmem.core.registry import ENGLISH


def kept(found: Extraction) -> set[tuple[str, str, str, str | None]]:
    return {(p.subject.text, p.predicate, p.object.text, p.text) for p in found.propositions}


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        (
            "The office rent is 900 euros.",
            ("office rent", "be set to", "900 euros", "office rent is 900 euros"),
        ),
        (
            "The office rent was raised to 980 euros.",
            ("office rent", "be set to", "980 euros", "office rent was raised to 980 euros"),
        ),
        (
            "They raised the office rent to 980 euros.",
            ("office rent", "be set to", "980 euros", "office rent is 980 euros"),
        ),
        (
            "The design review is on Tuesday.",
            ("design review", "be set for", "Tuesday", "design review is on Tuesday"),
        ),
        ("The standup is at 9:30.", ("standup", "be scheduled at", "9:30", "standup is 9:30")),
        ("GM-412 is closed.", ("GM-412", "have status", "closed", "GM-412 is closed")),
        (
            "Priya leads the Atlas team.",
            ("Atlas team", "have lead", "Priya", "Priya leads Atlas team"),
        ),
    ],
)
def test_a_value_is_kept_as_the_one_of_its_thing(
    read, text: str, fact: tuple[str, str, str, str]
) -> None:
    assert fact in kept(read(text))
    assert ENGLISH.is_functional(fact[1])


def test_an_office_has_one_holder_who_may_step_down(read) -> None:
    for text, negated in (
        ("Helga Brandt is the CEO of Nordlicht.", False),
        ("Helga Brandt became the CEO of Nordlicht.", False),
        ("Helga Brandt resigned as CEO of Nordlicht.", True),
        ("Helga Brandt is the former CEO of Nordlicht.", True),
    ):
        found = {
            (p.subject.text, p.predicate, p.object.text, p.negated, p.tense)
            for p in read(text).propositions
        }
        assert ("Nordlicht", "have ceo", "Helga Brandt", negated, "present") in found, text


@pytest.mark.parametrize(
    "text",
    ["Tom is the vice president of Acme.", "Helga is the former CEO of Nordlicht.",
     "I moved the office laptop to the garage.", "The office rent was 900 euros.",
     "The front door is green."],
)  # fmt: skip
def test_what_is_part_of_it_or_over_or_elsewhere_is_no_value(read, text: str) -> None:
    found = read(text, speaker="Ann").propositions
    assert found
    assert {p.predicate for p in found if not p.negated}.isdisjoint(
        {"have president", "have ceo", "be set to", "have status"}
    )


@pytest.mark.parametrize(
    ("text", "relation", "who", "negated"),
    [
        ("Pedro is my new manager.", "have manager", "Pedro", False),
        ("Pedro became my manager.", "have manager", "Pedro", False),
        ("Pedro is now my manager.", "have manager", "Pedro", False),
        ("Ana is my former manager.", "have manager", "Ana", True),
        ("Ines is no longer my wife.", "have wife", "Ines", True),
        ("Ines is my ex-wife.", "have wife", "Ines", True),
    ],
)
@pytest.mark.parametrize("speaker", ["Mara", "user"])
def test_whose_somebody_is_is_told_from_either_end(
    read, speaker: str, text: str, relation: str, who: str, negated: bool
) -> None:
    found = read(text, speaker=speaker).propositions
    told = {(p.subject.text, p.predicate, p.object.text, p.negated, p.tense) for p in found}
    assert (speaker, relation, who, negated, "present") in told
    assert not any(p.predicate.startswith("be") and p.object.text == speaker for p in found)


@pytest.mark.parametrize(
    "text",
    ["My rent went up to 950 euros.", "My rent rose to 950 euros.", "My rent is now 950 euros.",
     "My rent was raised to 950 euros.", "My landlord raised my rent to 950 euros."],
)  # fmt: skip
def test_what_one_has_one_of_is_told_of_them_however_it_changes(read, text: str) -> None:
    told = {
        (p.subject.text, p.predicate, p.object.text, p.tense)
        for p in read(text, speaker="Mara").propositions
    }
    assert ("Mara", "have rent", "950 euros", "present") in told


def test_a_friend_a_doctor_and_a_manager_of_many_are_not_the_only_one(read) -> None:
    for text in (
        "Ana is my friend.",
        "Ana is a manager of Acme.",
        "My boss is now my friend.",
        "Bo is also my boss.",
        "Bo is my boss too.",
        "Bo is my boss at the cafe.",
        "Bo is my boss while Ana is away.",
        "Lea is my partner.",
        "Ines is my old wife.",
        "Ana isn't my former manager.",
    ):
        found = read(text, speaker="Mara").propositions
        assert not any(ENGLISH.is_functional(p.predicate) for p in found), text


def test_an_hour_leaves_the_day_and_a_beginning_has_its_date(read) -> None:
    day, hour = (
        read(f"The design review is {when}.").propositions[0].predicate
        for when in ("on Tuesday", "at 10:00")
    )
    assert (day, hour) == ("be set for", "be scheduled at")
    (office,) = [
        p
        for p in read("Helga Brandt became the CEO of Nordlicht in 2009.").propositions
        if p.predicate == "have ceo"
    ]
    assert office.validity
    assert str(office.validity.start).startswith("2009")


def test_a_day_with_an_hour_is_both_one_value_each(read) -> None:
    found = {
        (p.predicate, p.object.text)
        for p in read("The standup is on Tuesday at 3pm.").propositions
    }
    assert found == {("be set for", "Tuesday"), ("be scheduled at", "3pm")}


def test_a_thing_is_told_from_others_by_all_its_words(read) -> None:
    for text, thing in (
        ("The meeting with Ana is on Monday.", "meeting with Ana"),
        ("The report that Omar wrote is due on May 3.", "report that Omar wrote"),
        ("The price of apples is 3 euros.", "price of apples"),
    ):
        dated = [p for p in read(text).propositions if ENGLISH.is_functional(p.predicate)]
        assert [p.subject.text for p in dated] == [thing], text
        assert " are " not in f" {dated[0].text} "


@pytest.mark.parametrize(
    "text",
    ["The meeting is on Monday.", "The price is 5 euros.", "The door is open.",
     "The office rent is high.", "The door is blue.", "Omar is open.",
     "My birthday is on May 3.",
     "Omar is in Rome.", "The house is on a hill."],
)  # fmt: skip
def test_what_may_be_many_things_is_kept_as_it_is_said(read, text: str) -> None:
    kept_as = {predicate for _, predicate, *_ in kept(read(text, speaker="Ann"))}
    assert kept_as.isdisjoint({"be set to", "be set for", "have status"})


@pytest.mark.parametrize(
    ("text", "subject", "age"),
    [
        ("Elif is seven.", "Elif", "7"),
        ("Elif is 7.", "Elif", "7"),
        ("Elif turned eight today.", "Elif", "8"),
        ("My son is five.", "Ann's son", "5"),
        ("My baby turned one.", "Ann's baby", "1"),
        ("My baby is one month old.", "Ann's baby", "1 month"),
        ("I turned 30 in May.", "Ann", "30"),
        ("Ana turned five at Disneyland.", "Ana", "5"),
        ("I'm 30 and single.", "Ann", "30"),
        ("I'm 34 years old.", "Ann", "34"),
        ("I just turned 40.", "Ann", "40"),
        ("Ana is twenty-three.", "Ana", "23"),
        ("My baby is 6 months old.", "Ann's baby", "6 months"),
        ("The house is 90 years old.", "house", "90"),
    ],
)
def test_an_age_is_one_at_a_time(read, text: str, subject: str, age: str) -> None:
    found = {fact[:3] for fact in kept(read(text, speaker="Ann"))}
    assert (subject, "have age", age) in found
    assert ENGLISH.is_functional("have age")


@pytest.mark.parametrize(
    "text",
    [
        "Ana is one of the best.",
        "The answer is seven.",
        "Ana was seven.",
        "When I turned 21, I moved.",
        "Ana had turned 30 by then.",
        "Omar turned two down.",
        "Omar is under 40.",
        "Omar is at least 40.",
        "Omar is 30 or 40.",
        "I'm 7 on the waiting list.",
        "My son is five tomorrow.",
        "My family is five.",
        "My kids are 5 and 7.",
        "The client is 7.",
        "Ana turned seven pages.",
        "Ana turns eight tomorrow.",
        "We are seven people.",
    ],
)
def test_other_numbers_are_no_age(read, text: str) -> None:
    assert "have age" not in {fact[1] for fact in kept(read(text, speaker="Ann"))}


def test_an_age_is_denied(read) -> None:
    (fact,) = [p for p in read("Elif is no longer seven.").propositions if p.negated]
    assert (fact.predicate, fact.object.text) == ("have age", "7")


def test_an_age_reads_as_it_was_said(read) -> None:
    assert "Elif turned eight" in {fact[3] for fact in kept(read("Elif turned eight."))}


def test_what_was_moved_is_at_its_new_hour_from_then_on(read) -> None:
    found = read("My flight was moved to 11 am.", speaker="Ann").propositions
    (fact,) = [p for p in found if p.predicate == "be scheduled at"]
    assert (fact.subject.text, fact.object.text) == ("Ann's flight", "11 am")
    assert (fact.tense, fact.over) == ("present", False)
    assert fact.text == "Ann's flight was moved to 11 am"


def test_who_changes_a_password_changes_the_own_one_too(read) -> None:
    facts = kept(read("I changed the wifi password to swordfish.", speaker="Ann"))
    said = "Ann's wifi password is swordfish"
    assert ("Ann", "have wifi password", "swordfish", said) in facts
    assert "wifi password" in {fact[0] for fact in facts}
    for text in (
        "The landlord changed the wifi password to swordfish.",
        "I changed the client phone number to 5559876.",
    ):
        others = kept(read(text, speaker="Ann"))
        assert "be set to" in {fact[1] for fact in others}
        assert not {fact[1] for fact in others if fact[0] == "Ann" and fact[1].startswith("have")}


@pytest.mark.parametrize(
    "text",
    [
        "When the standup was moved to 10 am, I slept.",
        "Before that, the standup had been moved to 10 am.",
        "The standup was moved to 10 am for one day.",
    ],
)
def test_what_was_moved_for_a_day_or_before_is_not_there_now(read, text: str) -> None:
    (fact,) = [p for p in read(text).propositions if p.predicate == "be scheduled at"]
    assert fact.tense == "past"


def test_who_helps_on_some_days_is_not_the_only_one(read) -> None:
    for text, alone in (("Nora is our nanny.", True), ("Nora is our nanny on Fridays.", False)):
        facts = {fact[:3] for fact in kept(read(text, speaker="Ann"))}
        assert (("Ann", "have nanny", "Nora") in facts) is alone, text
