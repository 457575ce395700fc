"""How near a question comes to candidates and to what stands around them."""

from __future__ import annotations

import numpy as np
import pytest

from graphmem.core.kernels.windows import N_AROUND, joined
from graphmem.reading.nearby import Nearby, compare_with, feedback_of

D, N_NEAR, N = 24, 90, 40


def unit(n: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
def found() -> Nearby:
    random = np.random.default_rng(5)
    vectors, windows = unit(N_NEAR, 1), random.integers(-1, N_NEAR, (N, 5))
    vectors[3] = 0.0  # what has none in a table of all
    windows[:, 2] = random.integers(0, N_NEAR, N)
    windows[0, 2] = 3
    return Nearby(vectors[:50], vectors[50:], windows, random.random(N) > 0.5)


def all_of(found: Nearby) -> np.ndarray:
    return np.vstack([found.base, found.tail])


def part(found: Nearby, chosen: slice) -> Nearby:
    return Nearby(found.base, found.tail, found.windows[chosen], found.answers[chosen])


def test_that_cosines_are_those_of_the_passage_its_neighbours_and_all_joined(
    found: Nearby,
) -> None:
    queries = unit(4, 2)
    own = all_of(found)[found.windows[:, 2]] @ queries.T
    np.testing.assert_allclose(found.cosines(queries), own, atol=1e-5)
    told = compare_with(queries[0], found).around
    for column, place in enumerate((1, 3)):
        near = found.windows[:, place].tolist()
        wanted = [all_of(found)[at] @ queries[0] if at >= 0 else 0 for at in near]
        np.testing.assert_allclose(told[:, column], wanted, atol=1e-5)
    with_before = found.windows[:, 1:3].copy()
    with_before[~found.answers, 0] = -1
    for column, windows in enumerate((with_before, found.windows[:, 1:4], found.windows), 2):
        wanted = joined(all_of(found), windows) @ queries[0]
        np.testing.assert_allclose(told[:, column], wanted, atol=1e-5)


def test_that_candidates_in_parts_give_the_same_bits_as_at_once(found: Nearby) -> None:
    queries = unit(3, 2)
    parts = [part(found, slice(0, 7)), part(found, slice(7, N))]
    around = np.concatenate([compare_with(queries[0], one).around for one in parts])
    assert around.tobytes() == compare_with(queries[0], found).around.tobytes()
    cosines = np.concatenate([one.cosines(queries) for one in parts])
    assert cosines.tobytes() == found.cosines(queries).tobytes()
    at_once = feedback_of(queries[0], cosines[:, 0], [found])
    assert at_once.tobytes() == feedback_of(queries[0], cosines[:, 0], parts).tobytes()


def test_that_what_has_no_vector_is_as_one_of_zeros(found: Nearby) -> None:
    windows = np.where(found.windows == 3, -1, found.windows)
    without = Nearby(found.base, found.tail, windows, found.answers)
    queries = unit(2, 4)
    assert without.windows[0, 2] == -1
    np.testing.assert_array_equal(without.cosines(queries), found.cosines(queries))
    told = compare_with(queries[0], without).around
    np.testing.assert_array_equal(told, compare_with(queries[0], found).around)


def test_that_feedback_is_the_question_halfway_to_the_best_five(found: Nearby) -> None:
    question = unit(1, 9)[0]
    own = all_of(found)[found.windows[:, 2]]
    cosines = own @ question
    moved = question + own[np.argsort(-cosines)[:5]].mean(axis=0)
    wanted = own @ (moved / np.linalg.norm(moved))
    np.testing.assert_allclose(feedback_of(question, cosines, [found]), wanted, atol=1e-5)


def test_that_a_memory_without_candidates_gives_empty_columns() -> None:
    nobody = Nearby(unit(0, 1), unit(0, 1), np.empty((0, 5), np.int64), np.empty(0, np.bool_))
    assert compare_with(unit(1, 1)[0], nobody).around.shape == (0, N_AROUND)
    assert nobody.cosines(unit(2, 1)).shape == (0, 2)
    assert feedback_of(unit(1, 1)[0], np.empty(0, np.float32), [nobody]).shape == (0,)
