"""Of several that answer alike the last comes first, and nothing that is no answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from graphmem.core.lexical import Feature
from graphmem.reading.last import last_first


def order_of(
    fits: list[float], cosines: list[float], moments: list[int], told: list[float] | None = None
) -> list[int]:
    """Return the order of candidates that are ranked as they stand."""
    words = np.zeros((len(fits), len(Feature)), np.float32)
    words[:, Feature.PASSAGE] = fits
    words[:, Feature.DATE] = told or 0.0
    pool = SimpleNamespace(evidence=SimpleNamespace(features=words), rows=np.arange(len(fits)))
    match = SimpleNamespace(moments=lambda rows: np.array(moments)[rows])
    near = np.array(cosines, np.float32)
    return last_first(range(len(fits)), near, cast(Any, pool), cast(Any, match))


@pytest.mark.parametrize(
    ("fits", "cosines", "moments", "order"),
    [
        ([5, 5, 5], [0.6, 0.6, 0.6], [1, 3, 2], [1, 2, 0]),
        ([5, 4, 3], [0.6, 0.6, 0.6], [1, 2, 3], [1, 0, 2]),  # too few words
        ([5, 4, 4], [0.6, 0.4, 0.5], [1, 3, 2], [2, 0, 1]),  # too far
        ([5, 5, 5], [0.6, 0.32, 0.1], [1, 2, 3], [1, 0, 2]),  # the same but for a number
        ([1, 5, 5], [0.6, 0.6, 0.6], [1, 2, 3], [0, 1, 2]),  # the best is so by meaning
        ([0, 0, 0], [0.6, 0.58, 0.3], [1, 2, 3], [1, 0, 2]),
        ([0, 0, 0], [-0.1, -0.02, -0.5], [1, 2, 3], [0, 1, 2]),
    ],
)
def test_the_last_of_those_alike_is_first(
    fits: list[float], cosines: list[float], moments: list[int], order: list[int]
) -> None:
    assert order_of(fits, cosines, moments) == order


def test_what_was_told_in_the_time_that_is_named_stays_before_what_was_not() -> None:
    assert order_of([5, 5, 5], [0.6] * 3, [1, 2, 3], [0.5, 0.5, 0.0]) == [1, 0, 2]


def test_nothing_is_no_order() -> None:
    assert order_of([], [], []) == []
