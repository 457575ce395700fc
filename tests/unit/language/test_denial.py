"""What is denied elsewhere than at the verb is not stored as if it were so."""

import pytest

from graphmem.core.extraction import Extraction

Told = set[tuple[str, str, str, bool]]


def told(found: Extraction) -> Told:
    return {
        (p.subject.text, p.predicate, p.object.text, p.negated)
        for p in found.propositions
        if p.asserted
    }


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("I don't smoke or drink alcohol.", {("drink", "alcohol")}),
        ("I can't sing or play the piano.", {("play", "piano")}),
        ("I neither smoke nor drink beer.", {("drink", "beer")}),
        ("I don't eat meat, nor drink milk.", {("eat", "meat"), ("drink", "milk")}),
        ("I didn't buy the car or sell the bike.", {("buy", "car"), ("sell", "bike")}),
        ("I've never been to Rome or visited Paris.", {("be to", "Rome"), ("visit", "Paris")}),
        ("I don't smoke, drink beer or eat meat.", {("drink", "beer"), ("eat", "meat")}),
    ],
)
def test_or_puts_a_verb_below_the_negation_before_it(
    read, text: str, denied: set[tuple[str, str]]
) -> None:
    assert told(read(text, speaker="Ann")) == {("Ann", *each, True) for each in denied}


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("I'm not married and have two kids.", ("have", "two kids")),
        ("I don't eat meat but drink milk.", ("drink", "milk")),
        ("I don't smoke, or I drink beer.", ("drink", "beer")),
        ("I never drive or have owned a car.", ("own", "car")),
        ("I sold the car or bought a bike.", ("buy", "bike")),
    ],
)
def test_other_verbs_are_not_below_it(read, text: str, stated: tuple[str, str]) -> None:
    assert ("Ann", *stated, False) in told(read(text, speaker="Ann"))


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Neither Ben nor Tom has a car.", {("Ben", "have", "car"), ("Tom", "have", "car")}),
        ("Neither Ben nor Tom is a doctor.", {("Ben", "be", "doctor"), ("Tom", "be", "doctor")}),
        ("Ann has neither a car nor a bike.", {("Ann", "have", "car"), ("Ann", "have", "bike")}),
        (
            "Ann lives in neither Paris nor Rome.",
            {("Ann", "live in", "Paris"), ("Ann", "live in", "Rome")},
        ),
        (
            "Ben neither owns a car nor rides a bike.",
            {("Ben", "own", "car"), ("Ben", "ride", "bike")},
        ),
    ],
)
def test_neither_denies_both(read, text: str, stated: set[tuple[str, str, str]]) -> None:
    assert told(read(text)) == {(*fact, True) for fact in stated}


@pytest.mark.parametrize("pair", ["Either Ben or Tom has", "Both Ben and Tom have"])
def test_either_and_both_deny_nothing(read, pair: str) -> None:
    expected = {("Ben", "have", "car", False), ("Tom", "have", "car", False)}
    assert told(read(f"{pair} a car.")) == expected


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("I have no car anymore.", {("have", "car", True)}),
        ("I eat no meat.", {("eat", "meat", True)}),
        ("I own no car.", {("own", "car", True)}),
        ("I am no doctor.", {("be", "doctor", True)}),
        (
            "I have no brothers or sisters.",
            {("have", "brothers", True), ("have", "sisters", True)},
        ),
        ("I have no car and no bike.", {("have", "car", True), ("have", "bike", True)}),
        ("I have no car and live in Oslo.", {("have", "car", True), ("live in", "Oslo", False)}),
        ("I have a car and no bike.", {("have", "car", False), ("have", "no bike", False)}),
        ("I have no dog, but I have a cat.", {("have", "dog", True), ("have", "cat", False)}),
        ("No, I have a car.", {("have", "car", False)}),
        ("I see no one.", {("see", "no one", False)}),
        ("I have no more cigarettes.", {("have", "no more cigarettes", False)}),
        ("I no longer eat meat.", {("eat", "meat", True)}),
        (
            "I went to the shop with no money.",
            {("go to", "shop", False), ("go with", "no money", False)},
        ),
    ],
)
def test_no_before_an_object_denies_the_verb(
    read, text: str, stated: set[tuple[str, str, bool]]
) -> None:
    assert told(read(text, speaker="Ann")) == {("Ann", *each) for each in stated}


def test_no_in_a_title_denies_nothing(read) -> None:
    found = read("I saw No Country for Old Men.", speaker="Ann")
    assert not any(p.negated for p in found.propositions)


@pytest.mark.parametrize(
    "text",
    [
        "No one drinks coffee.",
        "None of us eats meat.",
        "no meeting is on Friday",
        "Nobody likes Ben.",
        "Nothing scares Ben.",
        "Neither of them lives in Paris.",
        "No doctor visited Ben or works in Oslo.",
    ],
)
def test_of_nobody_nothing_is_told(read, text: str) -> None:
    assert told(read(text)) == set()


def test_of_somebody_much_is_told(read) -> None:
    assert told(read("The doctor likes Ben.")) == {("doctor", "like", "Ben", False)}


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("I drink tea rather than coffee.", {("drink", "tea")}),
        ("I drink tea instead of coffee.", {("drink", "tea")}),
        ("Instead of coffee, I drink tea.", {("drink", "tea")}),
        ("I bought a bike rather than a car.", {("buy", "bike")}),
        ("I live in Oslo rather than in Bergen.", {("live in", "Oslo")}),
        ("I drink tea and coffee.", {("drink", "tea"), ("drink", "coffee")}),
        ("I drink tea as well as coffee.", {("drink", "tea"), ("drink", "coffee")}),
    ],
)
def test_what_something_else_is_in_place_of_is_not_told(
    read, text: str, stated: set[tuple[str, str]]
) -> None:
    found = {(*fact, denied) for *fact, denied in told(read(text, speaker="Ann")) if not denied}
    assert found == {("Ann", *each, False) for each in stated}


@pytest.mark.parametrize(
    ("text", "fact", "denied"),
    [
        ("I use Emacs instead of Vim now.", ("use", "Emacs"), ("use", "Vim")),
        ("I use Emacs and not Vim.", ("use", "Emacs"), ("use", "Vim")),
        ("I drink tea, not coffee.", ("drink", "tea"), ("drink", "coffee")),
        ("I like tea but not coffee.", ("like", "tea"), ("like", "coffee")),
        ("I live in Lund, not in Uppsala.", ("live in", "Lund"), ("live in", "Uppsala")),
        ("I live in Lund and not Uppsala.", ("live in", "Lund"), ("live in", "Uppsala")),
        ("I went to Rome, not Paris.", ("go to", "Rome"), ("go to", "Paris")),
        ("I have a cat, not a dog.", ("have", "cat"), ("have", "dog")),
    ],
)
def test_what_is_not_so_beside_what_is_is_denied(
    read, text: str, fact: tuple[str, str], denied: tuple[str, str]
) -> None:
    found = told(read(text, speaker="Ann"))
    assert {("Ann", *fact, False), ("Ann", *denied, True)} <= found
    assert ("Ann", *denied, False) not in found


def test_not_only_denies_nothing_and_a_side_remark_is_no_object(read) -> None:
    found = told(read("I like not only tea but also coffee.", speaker="Ann"))
    assert {("Ann", "like", value, False) for value in ("tea", "coffee")} <= found
    assert not any(denied for *_, denied in told(read("I set it up, not sure.", speaker="Ann")))
