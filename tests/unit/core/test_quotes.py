from __future__ import annotations

import pytest

from graphmem.core.quotes import QuotedText, find_quote

TEXT = "Person - centered therapy, as “Carl  Rogers” wrote,\nbegan in the 1940s; it costs 3.5 €."


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("began in the 1940s", "began in the 1940s"),
        ("BEGAN in  the\n1940s.", "began in the 1940s"),
        ("person-centered THERAPY", "Person - centered therapy"),
        ("person – centered therapy", "Person - centered therapy"),
        ("'Carl Rogers' wrote", "Carl  Rogers” wrote"),
        ("**Carl Rogers** wrote", "Carl  Rogers” wrote"),
        ("Cárl Rogers", "Carl  Rogers"),
        ("Person-centered … began in", TEXT[: TEXT.index(" the 1940s")]),
        ("Person [...] costs 3.5", TEXT[: TEXT.index(" €")]),
    ],
)  # fmt: skip
def test_a_quote_is_found_however_it_was_copied(quote: str, words: str) -> None:
    span = find_quote(TEXT, quote)
    assert span is not None
    assert TEXT[slice(*span)] == words


@pytest.mark.parametrize(
    "quote",
    ["", " ", "…", "began in the 1950s", "costs 35", "began … Person", "Carl Rodgers", "\u200b"],
)
def test_other_words_are_not_found(quote: str) -> None:
    assert find_quote(TEXT, quote) is None


def test_a_letter_that_folds_to_two_keeps_its_place() -> None:
    text = "Die Straße ist ﬁn."
    span = find_quote(text, "STRASSE ist fin")
    assert span is not None
    assert text[slice(*span)] == "Straße ist ﬁn"


def test_accents_and_scripts_without_blanks() -> None:
    decomposed = "Cafe\u0301 in Malmo\u0308"
    assert find_quote(decomposed, "café in malmö") == (0, len(decomposed))
    assert find_quote("彼は東京に住んでいる。", "東京に住んで") == (2, 8)


def test_a_name_stands_as_words_of_its_own() -> None:
    text = QuotedText("The party's art, by Ann-Marie.")
    assert text.names("art")
    assert text.names("ann marie") is False
    assert text.names("Ann-Marie")
    assert not text.names("Mari")
    assert not text.names("par")
    assert not text.names("")
    assert QuotedText("彼は東京に住んでいる。").names("東京")
