"""Tasks without the things that they are about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.skeleton import MASK, grams, known_slots, likeness, mask, skeleton, slots_of

WORDS = st.lists(
    st.sampled_from("put take wash cup pan shelf the a in 3 Rome".split()), max_size=8
)


def test_what_is_numbered_is_a_slot() -> None:
    seen = ["On the shelf 1, you see a cup 2, and a Pan 10.", "The fridge 1 is closed. a b c"]
    assert slots_of(seen) == ("cup", "fridge", "pan", "shelf")
    assert slots_of(["You see a cup and the shelf."]) == ()


def test_slots_numbers_names_and_quotes_are_masked_and_runs_of_them_are_one() -> None:
    assert mask("Put cup 2 on the shelf", {"cup", "shelf"}) == ["put", MASK, "on", "the", MASK]
    assert mask('Mail "see you soon" to Ann Lee at 10:30.', ()) == [
        "mail",
        MASK,
        "to",
        MASK,
        "at",
        MASK,
    ]
    assert mask("Buy milk. Send it", ()) == ["buy", "milk", "send", "it"]
    assert mask("it's Ann's book", ()) == ["it's", MASK, "book"]


def test_a_skeleton_is_the_task_without_articles() -> None:
    slots = {"cup", "pan", "sink"}
    assert skeleton("put a cup in the sink", slots) == "put _ in _"
    assert skeleton("put some pan in sink", slots) == "put _ in _"


def test_only_known_slots_of_a_text_are_returned() -> None:
    assert known_slots(["put a Cup down"], {"cup", "pan"}) == {"cup"}


def test_alike_tasks_share_words_that_say_something() -> None:
    wash, dry = grams("wash _ in _", ()), grams("dry _ in _", ())
    assert likeness(wash, wash) == 1.0
    assert likeness(wash, dry) == 0.0
    assert 0 < likeness(wash, grams("wash _", ())) < 1
    assert likeness(grams("", ()), wash) == 0.0


@given(WORDS, WORDS)
def test_likeness_is_symmetric_and_a_share(first: list[str], second: list[str]) -> None:
    one, two = grams(" ".join(first), {"cup"}), grams(" ".join(second), {"cup"})
    assert likeness(one, two) == likeness(two, one)
    assert 0.0 <= likeness(one, two) <= 1.0 + 1e-12


@given(WORDS)
def test_masking_what_is_masked_changes_nothing(words: list[str]) -> None:
    once = mask(" ".join(words), {"cup", "pan"})
    assert mask(" ".join(once), {"cup", "pan"}) == once


def test_tasks_that_are_equally_alike_are_so_to_the_last_bit() -> None:
    asked = grams("wash wash", ())
    one, five = (grams(" ".join(["wash"] * n), ()) for n in (1, 5))
    assert likeness(asked, one) == likeness(asked, five)
