import numpy as np
from thinc.api import NumpyOps

from graphmem.core.kernels.hashed_rows import join_rows, sum_hashed_rows


def test_the_rows_are_those_that_training_hashes_to() -> None:
    rng = np.random.default_rng(1)
    keys = rng.integers(0, 2**64, 300, dtype=np.uint64)
    keys[:3] = [0, 1, 2**64 - 1]
    table = rng.normal(size=(70, 5)).astype(np.float32)
    out = np.full((300, 9), 7, np.float32)
    sum_hashed_rows(keys, 11, table, out, 3)
    rows = np.asarray(NumpyOps().hash(keys, 11)) % np.uint32(len(table))
    assert np.array_equal(out[:, 3:8], table[rows].sum(1))
    assert (out[:, :3] == 7).all()
    assert (out[:, 8:] == 7).all()


def test_rows_are_joined_side_by_side() -> None:
    left, right = np.arange(6, dtype=np.float32).reshape(3, 2), -np.eye(2, 3, dtype=np.float32)
    rows, others = np.array([2, 0, 2]), np.array([1, 1, 0])
    out = np.empty((3, 5), np.float32)
    join_rows(left, rows, right, others, out)
    assert np.array_equal(out, np.hstack([left[rows], right[others]]))
