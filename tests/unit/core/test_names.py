import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.names import is_capitalised, name_parts, normalise_name


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Marie Curie", "marie curie"),
        ("The Beatles", "beatles"),
        ("the", "the"),
        ("Marie Curie's", "marie curie"),
        ("MÜNCHEN", "münchen"),
        ("ﬁnland", "finland"),
        ("Москва", "москва"),
        ("東京", "東京"),
        ("Jean-Luc  Picard", "jean luc picard"),
        ("🦊", ""),
        ("—", ""),
        ("\u200b", ""),
    ],
)
def test_one_spelling_for_many(written: str, known: str) -> None:
    assert normalise_name(written) == known


def test_names_that_differ_in_a_year_stay_apart() -> None:
    assert normalise_name("World Cup 1994") != normalise_name("World Cup 1995")


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_but_another_article(name: str) -> None:
    once = normalise_name(name)
    assert once == once.strip()
    assert "  " not in once
    if not once.startswith(("the ", "a ", "an ")):
        assert normalise_name(once) == once


def test_parts_are_the_names_inside_a_name() -> None:
    assert name_parts("marie curie") == ("curie", "marie")
    assert "university of" not in name_parts("university of rome")
    assert name_parts("university of rome") == ("rome", "university")
    assert name_parts("world cup 1994") == ("1994", "cup", "cup 1994", "world", "world cup")
    assert name_parts("curie") == ()
    assert name_parts(" ".join("abcdefghijkl")) == ()


@pytest.mark.parametrize("name", ["Ann", "Øyvind", "Łukasz", "Жанна", "Άννα"])
def test_a_capital_is_one_of_any_script(name: str) -> None:
    assert is_capitalised(name)
    assert not is_capitalised(name.lower())


@pytest.mark.parametrize("word", ["", "7", "_x", "花子"])
def test_what_has_no_capital_is_not_capitalised(word: str) -> None:
    assert not is_capitalised(word)
