import numpy as np
import pytest

from graphmem.reading.gate import by_collection, is_of_oneself


@pytest.mark.parametrize(
    ("text", "of_oneself"),
    [
        ("Where did I park?", True),
        ("What is my degree in?", True),
        ("Who sang My Girl and All I Want?", False),
        ("Where does Mara live?", False),
    ],
)
def test_who_says_i_or_my_asks_of_himself(text: str, *, of_oneself: bool) -> None:
    assert is_of_oneself(text) is of_oneself


def test_each_collection_ranks_its_own_and_its_chances_sum_to_one() -> None:
    groups = np.array([0, 1, 0, 1, 1])
    scores = np.array([3.0, -40.0, 1.0, -42.0, -41.0], np.float32)
    told = by_collection(scores, groups)
    for group in (0, 1):
        assert np.exp(told[groups == group]).sum() == pytest.approx(1.0, abs=1e-6)
    assert told.argmax() == 0
    assert told[1] > told[4] > told[3]
    assert told[1] > told[2]


def test_the_order_of_the_candidates_changes_no_bit() -> None:
    rng = np.random.default_rng(3)
    groups, scores = rng.integers(0, 4, 200), rng.normal(0, 5, 200).astype(np.float32)
    told = by_collection(scores, groups)
    for _ in range(20):
        order = rng.permutation(200)
        assert np.array_equal(by_collection(scores[order], groups[order]), told[order])
