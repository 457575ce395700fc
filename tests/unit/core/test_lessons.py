"""Fusing words, meaning and letters, and what lies beside a lesson."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.lessons import WordIndex, letters, standard, with_neighbours

TEXTS = st.lists(st.lists(st.sampled_from("abcde"), max_size=6), max_size=8)


def by_hand(texts: list[list[str]], asked: list[str]) -> list[float]:
    """BM25 as Robertson and Zaragoza (2009) write it, with the idf that is never negative."""
    n, k1, b = len(texts), 1.2, 0.75
    average = max(sum(map(len, texts)) / n, 1e-9)
    scores = []
    for text in texts:
        score = 0.0
        for term in asked:
            df = sum(term in other for other in texts)
            if term in text:
                idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
                norm = k1 * (1 - b + b * len(text) / average)
                score += idf * text.count(term) * (k1 + 1) / (text.count(term) + norm)
        scores.append(score)
    return scores


@given(TEXTS, TEXTS, st.lists(st.sampled_from("abcdef"), max_size=4))
def test_scores_are_bm25_of_the_texts_that_are_there(
    kept: list[list[str]], gone: list[list[str]], asked: list[str]
) -> None:
    index = WordIndex()
    rows = []
    for at in range(max(len(kept), len(gone))):
        if at < len(gone):
            index.remove(index.add(gone[at]))
        if at < len(kept):
            rows.append(index.add(kept[at]))
    scores = index.scores(asked)
    assert len(index) == len(kept) + len(gone)
    if kept:
        np.testing.assert_allclose(scores[rows], by_hand(kept, asked), atol=1e-9)
    assert np.count_nonzero(scores) == np.count_nonzero(scores[rows])


def test_letters_are_every_four_in_a_row() -> None:
    assert letters(["to", "go"]) == ["to g", "o go"]
    assert letters(["ab"]) == []


def test_few_values_say_little_about_what_is_usual() -> None:
    two, many = np.array([0.0, 1.0]), np.repeat([0.0, 1.0], 20)
    assert np.abs(standard(two)).max() < 0.2
    np.testing.assert_allclose(np.abs(standard(many)), 1.0, rtol=1e-6)
    assert not standard(np.zeros(4)).any()


def test_a_lesson_gains_from_its_neighbours_of_the_same_source_only() -> None:
    scores = np.array([0.0] * 5 + [3.0] + [0.0] * 14)
    one = with_neighbours(scores, ["s"] * 20)
    assert one[6] > one[15]
    apart = with_neighbours(scores, ["s"] * 6 + ["t"] * 14)
    assert apart[6] == apart[15]
    assert apart[4] > apart[6]
