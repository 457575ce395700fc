"""Words that are looked up are those that spaCy would find, with the same numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import spacy

from graphmem.language.tokens import tokenize
from graphmem.language.vocabulary import Vocabulary, Words

TEXTS = (
    "",
    " ",
    "One word ",
    "Don't you think she'd've gone to the O'Hara's (at 8 a.m.)? I can't :-) be sure... e.g. 5km!",
    "  Milk\n- eggs  and\tham\n\nDon't forget: can't won't\n",
    "It cost $5.99/kg (“cheap”), i.e. 3-4 pounds; see https://example.org/a?b=c, Mr. Smith's.",
    "Ein Übermaß an Wörtern 你好 世界 and naïve café 😀😀 x_x",
)
# A word and what no table has are told apart by their rows.
TABLES = tuple(
    np.random.default_rng(column).normal(size=(97, 4)).astype(np.float32) for column in range(5)
)


def same(left: Words, right: Words) -> bool:
    return (left.words, left.lower) == (right.words, right.lower) and all(
        np.array_equal(getattr(left, name), getattr(right, name))
        for name in ("offsets", "forced", "hashed", "keys")
    )


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(spacy.blank("en"), TABLES)


@pytest.mark.parametrize("text", TEXTS)
def test_words_are_those_of_spacy(vocabulary: Vocabulary, text: str) -> None:
    whole = vocabulary.of_doc(tokenize(spacy.blank("en"), text), text)
    assert same(vocabulary.split(text), whole)
    assert same(vocabulary.split(text), whole)  # and when they are known
    assert [text[a:b] for a, b in whole.offsets.tolist()] == whole.words


def test_what_is_known_before_changes_nothing(vocabulary: Vocabulary) -> None:
    fresh = [Vocabulary(spacy.blank("en"), TABLES).split(text) for text in TEXTS]
    for text in reversed(TEXTS):
        vocabulary.split(text)
    assert all(same(vocabulary.split(t), one) for t, one in zip(TEXTS, fresh, strict=True))


def test_pieces_are_cut_alike_whatever_stands_beside_them(vocabulary: Vocabulary) -> None:
    alone = vocabulary.split("Love'''").words
    assert vocabulary.split("of Love''' (1951) and '( '''").words[1 : 1 + len(alone)] == alone


def test_many_threads_learn_many_words(vocabulary: Vocabulary) -> None:
    texts = [" ".join(f"w{n}a{k} {k}-{n}" for n in range(60)) + "\n" * (k % 2) for k in range(40)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(vocabulary.split, texts * 3))
    fresh = [Vocabulary(spacy.blank("en"), TABLES).split(text) for text in texts]
    assert all(same(one, other) for one, other in zip(found, fresh * 3, strict=True))
    assert len(vocabulary._row_of) > 1_024  # so that its arrays had to grow
    assert not vocabulary.full
