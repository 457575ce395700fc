import numpy as np
import pytest

from graphmem.language.arc_eager import (
    BREAK,
    LEFT,
    N_FEATURES,
    REDUCE,
    RIGHT,
    SHIFT,
    parse_greedily,
)

KINDS = np.array([SHIFT, REDUCE, LEFT, RIGHT, BREAK], np.int64)
LABELS = np.array([-1, -1, 0, 1, -1], np.int64)


def run(n_words: int, bias: list[float], seed: int | None = None, forced: tuple[int, ...] = ()):
    hidden = 4
    rng = np.random.default_rng(seed)
    # The last row is what no word adds.
    shape = (n_words + 1, N_FEATURES, hidden * 2)
    features = np.zeros(shape) if seed is None else rng.normal(size=shape)
    starts = np.zeros(n_words, np.int64)
    starts[list(forced)] = 1
    upper = np.zeros((hidden, 5)) if seed is None else rng.normal(size=(hidden, 5))
    heads, labels = parse_greedily(
        features[:-1].astype(np.float32),
        features[-1].astype(np.float32),
        upper.astype(np.float32),
        np.array(bias, np.float32),
        KINDS,
        LABELS,
        starts,
    )
    return heads.tolist(), labels.tolist()


def test_always_right_arcs_makes_a_chain() -> None:
    assert run(4, [0, 0, 0, 9, 0]) == ([0, 0, 1, 2], [-1, 1, 1, 1])


def test_always_left_arcs_hangs_all_on_the_last_word() -> None:
    assert run(4, [1, 0, 9, 0, 0]) == ([1, 2, 3, 3], [0, 0, 0, -1])


def test_breaks_make_every_word_a_sentence() -> None:
    assert run(3, [0, 0, 1, 1, 9])[0] == [0, 1, 2]


@pytest.mark.parametrize("seed", range(25))
def test_any_scores_give_a_projective_forest_that_respects_forced_starts(seed: int) -> None:
    n_words, start = 12, 5
    heads, labels = run(n_words, [0, 0, 0, 0, -1], seed, forced=(start,))
    for word in range(n_words):
        node, steps = word, 0
        while heads[node] != node:
            node, steps = heads[node], steps + 1
            assert steps <= n_words
        assert (labels[word] == -1) == (heads[word] == word)
        assert (word < start) == (heads[word] < start)
    arcs = [(min(w, h), max(w, h)) for w, h in enumerate(heads) if w != h]
    assert not any(a < c < b < d for a, b in arcs for c, d in arcs)


def test_no_words_no_arcs() -> None:
    assert run(0, [0, 0, 0, 0, 0]) == ([], [])
