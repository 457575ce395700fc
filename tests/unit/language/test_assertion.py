"""What the author says is so, and what is only asked, planned, supposed or reported."""

import pytest

from graphmem.core.extraction import Extraction

NOT_ASSERTED = {
    "future": "Nadia will move to Paris next year.",
    "going to": "Nadia is going to move to Paris.",
    "planned in the present": "Nadia is moving to Paris next year.",
    "might": "Nadia might move to Paris.",
    "would": "Nadia would move to Paris if Omar had sold the farm.",
    "could not": "Nadia could not move to Paris.",
    "should": "Nadia should move to Paris.",
    "if": "If Nadia moves to Paris, Omar sings.",
    "unless": "Unless Nadia moves to Paris, Omar sings.",
    "what hangs on if": "If Omar sells the farm, Nadia moves to Paris.",
    "question": "Did Nadia move to Paris last year?",
    "question without its mark": "Has Nadia moved to Paris",
    "wants": "Nadia wants to move to Paris.",
    "plans": "Nadia is planning to move to Paris.",
    "refused": "Nadia refused to move to Paris.",
    "has to": "Nadia has to move to Paris.",
    "a plan": "Nadia's plan to move to Paris failed.",
    "doubts": "Omar doubts that Nadia moved to Paris.",
    "says": "Omar says that Nadia moved to Paris.",
    "said without that": "Omar said Nadia moved to Paris.",
    "says, at the end": "Nadia moved to Paris, says Omar.",
    "quoted": '"Nadia moved to Paris," Omar claimed.',
    "whether": "Omar asked whether Nadia moved to Paris.",
    "wished": "Omar wishes Nadia moved to Paris.",
    "believed to": "Nadia is believed to have moved to Paris.",
    "possible": "It is possible that Nadia moved to Paris.",
    "rumour": "Rumors that Nadia moved to Paris are false.",
    "according to": "According to Omar, Nadia moved to Paris.",
    "nearly": "Nadia nearly moved to Paris.",
    "maybe": "Maybe Nadia moved to Paris.",
    "allegedly": "Nadia allegedly moved to Paris.",
    "second verb of a future": "Nadia will sell the farm and move to Paris.",
    "second verb of a wish": "Nadia wants to sell the farm and move to Paris.",
    "inside a relative clause": "Nadia, who might move to Paris, owns a shop.",
    "inverted condition": "Had Nadia moved to Paris, Omar would sing.",
    "in case": "In case Nadia moves to Paris, Omar sings.",
    "short will": "Nadia'll move to Paris.",
    "not true": "It is not true that Nadia moved to Paris.",
    "joked about": "Omar joked about Nadia moving to Paris.",
    "looks forward to": "Nadia looks forward to moving to Paris.",
    "instead of": "Nadia stayed in Oslo instead of moving to Paris.",
    "when, in the future": "When Nadia moves to Paris, Omar will sing.",
    "did not begin to": "Nadia did not start to move to Paris.",
}
ASSERTED = {
    "plain": "Nadia moved to Paris.",
    "perfect": "Nadia has moved to Paris.",
    "managed": "Nadia managed to move to Paris.",
    "knows": "Omar knows that Nadia moved to Paris.",
    "does not know": "Omar does not know that Nadia moved to Paris.",
    "because": "Omar might sing because Nadia moved to Paris.",
    "a relative clause of a question": "Did Omar meet Nadia, who moved to Paris?",
    "beside a may": "Nadia moved to Paris, and Omar may sell the farm.",
    "beside a future": "Nadia moved to Paris and will buy a shop.",
    "past clause of a question": "Did Omar sing when Nadia moved to Paris?",
    "even if": "Nadia moved to Paris even if Omar sang.",
    "but after a belief": "Omar thought Nadia lived in Baku, but she moved to Paris.",
    "when, in the past": "When Nadia moved to Paris, Omar sang.",
    "negated": "Nadia did not move to Paris.",
}


def paris(found: Extraction) -> set[tuple[str, bool]]:
    return {(p.predicate, p.asserted) for p in found.propositions if p.object.text == "Paris"}


@pytest.mark.parametrize("name", NOT_ASSERTED)
def test_what_the_author_does_not_vouch_for_is_not_asserted(read, name: str) -> None:
    assert paris(read(NOT_ASSERTED[name])) == {("move to", False)}


@pytest.mark.parametrize("name", ASSERTED)
def test_what_the_author_vouches_for_is_asserted(read, name: str) -> None:
    assert paris(read(ASSERTED[name])) == {("move to", True)}


@pytest.mark.parametrize(
    ("text", "tense"),
    [
        ("Nadia lived in Oslo.", "past"),
        ("Nadia had lived in Oslo.", "past"),
        ("Nadia used to live in Oslo.", "past"),
        ("Nadia lives in Oslo.", "present"),
        ("Nadia has lived in Oslo since 2010.", "present"),
        ("Nadia started to live in Oslo.", "present"),
        ("The bridge was built in Oslo.", "past"),
        ("The bridge is built in Oslo.", "present"),
    ],
)
def test_the_tense_is_that_of_the_main_verb(read, text: str, tense: str) -> None:
    tenses = {p.tense for p in read(text).propositions if p.object.text == "Oslo"}
    assert tenses == {tense}


@pytest.mark.parametrize(
    "text",
    [
        "Nadia lived in Oslo from 2010 to 2015.",
        "Nadia lived in Oslo until 2015.",
        "Nadia has lived in Oslo since 2010.",
        "Nadia lived in Oslo until May 2015.",
    ],
)
def test_the_bounds_of_a_state_are_no_facts_of_their_own(read, text: str) -> None:
    found = {(p.predicate, p.object.text) for p in read(text).propositions}
    assert found == {("live in", "Oslo")}


def test_no_longer_denies(read) -> None:
    (found,) = read("Nadia no longer lives in Oslo.").propositions
    assert (found.predicate, found.negated, found.asserted) == ("live in", True, True)


def test_a_predicate_that_comes_first_is_no_question(read) -> None:
    (found,) = read("Here's a recent painting!").propositions
    assert found.asserted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nadia moved to Paris, is it nice there?", True),
        ("I just moved to Paris, any tips?", True),
        ("I moved to Paris - what should I see?", True),
        ("I moved to Paris and could you help me with a letter?", True),
        ("So I moved to Paris, how about you?", True),
        ("Nadia moved to Paris?", False),
        ("Nadia moved to Paris, right?", False),
        ("Nadia moved to Paris, didn't she?", False),
        ("If Nadia moved to Paris, would that help?", False),
        ("Did Nadia move to Paris, or what did she do?", False),
        ("What if Nadia moved to Paris, would you come?", False),
        ("Nadia moved to Paris, which is in France?", False),
        ("We are getting married, when shall I move to Paris?", False),
        ("Nadia moved to Paris, is that right?", False),
        ("Nadia moved to Paris, are you sure?", False),
        ("Nadia moved to Paris and has a dog now?", False),
        ("Nadia moved to Paris and is the CEO now?", False),
        ("In theory I moved to Paris, what tax do I pay?", False),
        ("Once I move to Paris, what do I need?", False),
        ("Hmm, so once I move to Paris, do I need a visa?", False),
        ("Hi, I moved to Paris, do I need a visa?", True),
        ("I guess Nadia moved to Paris, do you know?", False),
        ("Nadia moved to Paris, is the weather good there?", True),
    ],
)
def test_what_stands_before_a_question_of_its_own_is_said(read, text: str, said: bool) -> None:
    found = [p for p in read(text, speaker="Ann").propositions if p.predicate == "move to"]
    assert bool([p for p in found if p.asserted]) is said


def test_what_a_question_asks_is_not_said(read) -> None:
    text = "I want the dashboard to be quick, so can you help me write the code?"
    found = read(text, speaker="Ann").propositions
    assert "write" not in {p.predicate for p in found if p.asserted}
    found = read("My wife loves tulips, where can I buy tulips?", speaker="Ann").propositions
    assert {p.predicate: p.asserted for p in found if p.object.text == "tulips"} == {
        "love": True,
        "buy": False,
    }
