"""Sums of table rows that hashes of 64-bit keys choose: embeddings as spaCy's `HashEmbed`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel

__all__ = ["join_rows", "sum_hashed_rows"]

_U64 = np.uint64
_FIRST, _SECOND = _U64(0x87C37B91114253D5), _U64(0x4CF5AD432745937F)
_THIRD, _FOURTH = _U64(0xFF51AFD7ED558CCD), _U64(0xC4CEB9FE1A85EC53)
_BYTES, _LOW = _U64(8), _U64(0xFFFFFFFF)


@kernel()
def _spread(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _U64(33))) * _THIRD
    value = (value ^ (value >> _U64(33))) * _FOURTH
    return value ^ (value >> _U64(33))


@kernel()
def sum_hashed_rows(
    keys: npt.NDArray[np.uint64],
    seed: int,
    table: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
    start: int,
) -> None:
    """Fill part of each row of `out` with the sum of the four table rows that its key hashes to.

    Args:
        keys: (n,).
        seed: of the hash, MurmurHash3 (Appleby 2011) as thinc computes it.
        table: (n_rows, width).
        out: (n, start + width or more).
        start: the first column that is filled.

    Complexity: O(n · width).
    """
    n_rows, salt = _U64(len(table)), _U64(seed) ^ _BYTES
    for at in range(len(keys)):
        one = keys[at] * _FIRST
        one = ((one << _U64(31)) | (one >> _U64(33))) * _SECOND
        one = (one ^ salt) + salt
        two = _spread(salt + one)
        one = _spread(one) + two
        two += one
        first, second = table[(one & _LOW) % n_rows], table[(one >> _U64(32)) % n_rows]
        third, fourth = table[(two & _LOW) % n_rows], table[(two >> _U64(32)) % n_rows]
        row = out[at, start : start + table.shape[1]]
        for column in range(len(row)):
            row[column] = ((first[column] + second[column]) + third[column]) + fourth[column]


@kernel(nogil=False)  # 2 µs; to wait for the interpreter takes longer
def join_rows(
    left: npt.NDArray[np.float32],
    rows: npt.NDArray[np.int64],
    right: npt.NDArray[np.float32],
    others: npt.NDArray[np.int64],
    out: npt.NDArray[np.float32],
) -> None:
    """Fill each row of `out` with a row of `left` and, behind it, one of `right`.

    Args:
        left: (n_left, width).
        rows: (n,) numbers of rows of `left`.
        right: (n_right, more).
        others: (n,) numbers of rows of `right`.
        out: (n, width + more).
    """
    width = left.shape[1]
    for at in range(len(rows)):
        row, other = rows[at], others[at]
        for column in range(width):
            out[at, column] = left[row, column]
        for column in range(right.shape[1]):
            out[at, width + column] = right[other, column]
