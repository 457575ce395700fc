"""Values, each once, in the order in which they are met."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.kernels.distinct import best_of_groups, numbered


@given(st.lists(st.integers(-2, 2**62), max_size=60) | st.lists(st.integers(-3, 9), max_size=60))
def test_places_lead_back_to_the_values_and_each_is_there_once(values: list[int]) -> None:
    found, places = numbered(np.array(values, np.int64))
    assert found.tolist() == list(dict.fromkeys(value for value in values if value >= 0))
    assert [found[at] if at >= 0 else -1 for at in places] == [max(v, -1) for v in values]


def test_places_have_the_shape_of_the_values() -> None:
    found, places = numbered(np.array([[7, -1, 3], [3, 7, 7]]))
    assert found.tolist() == [7, 3]
    assert places.tolist() == [[0, -1, 1], [1, 0, 0]]


def test_values_that_hash_alike_are_told_apart() -> None:
    values = np.arange(0, 1 << 40, 1 << 32)
    found, places = numbered(values)
    assert found.tolist() == values.tolist()
    assert places.tolist() == list(range(len(values)))


@pytest.mark.parametrize("n", [0, 1, 5, 300])
def test_each_has_the_best_of_its_group(n: int) -> None:
    random = np.random.default_rng(n)
    groups = random.integers(0, 7, n).astype(np.int32)
    values = random.uniform(-1, 1, n).astype(np.float32)
    found = best_of_groups(groups, values)
    assert found.tolist() == [float(values[groups == group].max()) for group in groups]
