"""Rows of vectors that two threads look through find what one finds."""

from __future__ import annotations

import numpy as np
import pytest

from graphmem.views import vector_rows
from graphmem.views.vector_rows import VectorRows
from tests.unit.views.vector_space import DIMENSION, unit


def test_two_threads_that_share_a_look_find_what_one_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where one's half begins in what was saved and ends in what came since."""
    saved = VectorRows(DIMENSION)
    saved.append(unit(14, 301), np.arange(301))
    rows = VectorRows(DIMENSION, saved.to_arrays())
    rows.append(unit(15, 200), np.arange(200))
    queries = unit(16, 3)
    alone = [rows.approximate(queries, start, 501) for start in (0, 7, 300, 500)]
    monkeypatch.setattr(vector_rows, "_MANY", 1)
    shared = [rows.approximate(queries, start, 501) for start in (0, 7, 300, 500)]
    assert [one.tobytes() for one in shared] == [one.tobytes() for one in alone]
