"""The vectors of windows: sums of what is there, of unit length, each on its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graphmem.core.kernels.windows import joined

D = 16


def unit(n: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, D)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_window_of_one_is_its_vector() -> None:
    vectors = unit(5, 1)
    np.testing.assert_allclose(joined(vectors, np.array([[-1, 3, -1]])), vectors[[3]], atol=1e-6)


def test_what_has_no_vector_gives_zeros() -> None:
    vectors = np.vstack([unit(2, 1), np.zeros((1, D), np.float32)])
    windows = np.array([[-1, -1], [2, -1], [2, 2]])
    assert not joined(vectors, windows).any()
    assert joined(vectors, np.empty((0, 3), np.int64)).shape == (0, D)


def test_opposite_vectors_cancel_out_and_give_no_nan() -> None:
    vectors = np.zeros((2, D), np.float32)
    vectors[:, 0] = 1.0, -1.0
    assert not joined(vectors, np.array([[0, 1]])).any()


@settings(deadline=None)
@given(
    seed=st.integers(0, 99),
    windows=arrays(
        np.int64, st.tuples(st.integers(1, 9), st.integers(1, 5)), elements=st.integers(-1, 11)
    ),
)
def test_it_is_the_sum_of_unit_length(seed: int, windows: np.ndarray) -> None:
    vectors = unit(12, seed)
    found = joined(vectors, windows)
    for row, window in zip(found, windows, strict=True):
        wanted = vectors[window[window >= 0]].astype(np.float64).sum(axis=0)
        length = np.linalg.norm(wanted)
        if length > 1e-3:
            np.testing.assert_allclose(row, wanted / length, atol=1e-4)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_row_does_not_depend_on_the_others(n: int) -> None:
    vectors = unit(12, 3)
    windows = np.random.default_rng(0).integers(-1, 12, (7, 5))
    apart = np.vstack([joined(vectors, windows[at : at + n]) for at in range(0, 7, n)])
    assert apart.tobytes() == joined(vectors, windows).tobytes()
