import pytest

from graphmem.core.terms import is_person, is_user, sentences, terms, voice, words


def test_terms_are_stems_without_stop_words_in_order() -> None:
    assert terms("The cats are running to the running cat") == ["cat", "run", "run", "cat"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beyoncé's", "beyonce's"),
        ("ＡＢＣ", "abc"),
        ("STRASSE", "straße"),
        ("Ångström", "angstrom"),
    ],
)
def test_spellings_of_one_word_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_names_of_code_give_their_parts_too() -> None:
    assert terms("show_liked_songs") == ["show_liked_song", "show", "like", "song"]
    assert terms("getUserName") == ["getusernam", "get", "user", "name"]
    assert terms("Lisbon NASA") == ["lisbon", "nasa"]


def test_text_without_blanks_between_words_is_cut_into_pairs() -> None:
    assert terms("東京都庁") == ["東京", "京都", "都庁"]
    assert set(terms("京都")) & set(terms("東京都庁"))


def test_vowel_signs_of_other_scripts_stay() -> None:
    assert terms("हिन्दी") != terms("हनद")


def test_words_keep_stop_words_and_order() -> None:
    assert words("Who wrote The Trial?") == ["who", "wrote", "the", "trial"]


def test_nothing_comes_of_nothing() -> None:
    assert terms("") == []
    assert terms("🙂 … !?") == []
    assert sentences("") == [""]


def test_sentences_cover_what_was_said() -> None:
    assert sentences("I came. I saw!\nI won") == ["I came.", "I saw!", "I won"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("I love it", 1), ("Do you?", 6), ("I told you", 3), ("It rains", 0), ("I’ve won", 1)],
)
def test_voice_says_whom_a_sentence_is_about(text: str, expected: int) -> None:
    assert voice(text) == expected


def test_roles_are_no_people() -> None:
    assert is_person("Caroline")
    assert not is_person("Assistant")
    assert not is_person(None)
    assert is_user("USER")
    assert not is_user("Caroline")
