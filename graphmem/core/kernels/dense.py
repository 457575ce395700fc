"""The loops over vectors: a coarse pass over 8-bit codes and an exact one over few rows.

Compiled for read-only arrays, which arrays from disk are and all others can stand in for.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import types

from graphmem.core.kernels.compile import kernel

__all__ = ["at_least", "dot_pairs", "dot_places", "dot_rows", "score_codes"]

Float32 = npt.NDArray[np.float32]

_FLOATS = types.Array(types.float32, 1, "C", readonly=True)
_MATRIX = types.Array(types.float32, 2, "C", readonly=True)
_CODES = types.Array(types.int8, 2, "C", readonly=True)
_QUERIES = types.Array(types.int16, 2, "C", readonly=True)
_SLOTS = types.Array(types.int64, 1, "C", readonly=True)
_OUT = types.Array(types.float32, 1, "C")
_TABLE = types.Array(types.float32, 2, "C")


@kernel(types.void(_CODES, _FLOATS, _QUERIES, _TABLE, types.int64))
def score_codes(
    codes: npt.NDArray[np.int8],
    scales: Float32,
    queries: npt.NDArray[np.int16],
    out: Float32,
    first: int,
) -> None:
    """Write the dot product of each query with each row of codes, times the row's scale.

    The sums are of integers, so the result is the same on every machine, and the same for a
    query whatever the others are. The codes come from memory once for all queries. O(n d q).

    Args:
        codes: (n, d), d up to 100,000.
        scales: (n,).
        queries: (q, d) from -127 to 127; 16 bits because that is what processors multiply.
        out: (q, m), its columns from `first` to before `first` + n overwritten.
        first: where the first row's results go.
    """
    for row in range(codes.shape[0]):
        for query in range(queries.shape[0]):
            total = np.int32(0)
            for column in range(codes.shape[1]):
                total += np.int32(codes[row, column]) * np.int32(queries[query, column])
            # numba sums in 64 bits; cut to 32, where the sum fits, the loop is twice as quick.
            out[query, first + row] = np.float32(np.int32(total)) * scales[row]


@kernel(types.int64[::1](_OUT, types.float32))
def at_least(scores: Float32, bar: float) -> npt.NDArray[np.int64]:
    """Return where the scores reach a bar, in rising order. O(n)."""
    n_found = 0
    for at in range(len(scores)):
        n_found += scores[at] >= bar
    found = np.empty(n_found, np.int64)
    n_found = 0
    for at in range(len(scores)):
        if scores[at] >= bar:
            found[n_found] = at
            n_found += 1
    return found


@kernel(types.void(_MATRIX, _MATRIX, _SLOTS, _FLOATS, _OUT), fastmath=True)
def dot_rows(
    base: Float32, tail: Float32, slots: npt.NDArray[np.int64], query: Float32, out: Float32
) -> None:
    """Write the dot product of `query` with some rows; equal rows give equal bits. O(m d).

    A matrix product by BLAS would not do: there a row's last bits depend on its place.

    Args:
        base: (n, d), finite.
        tail: (t, d), finite: the rows behind those of `base`.
        slots: (m,) below n + t.
        query: (d,), finite.
        out: (m,), overwritten.
    """
    n_base = base.shape[0]
    for at in range(len(slots)):
        slot = slots[at]
        row = base[slot] if slot < n_base else tail[slot - n_base]
        total = np.float32(0)
        for column in range(len(query)):
            total += row[column] * query[column]
        out[at] = total


@kernel(types.void(_MATRIX, _MATRIX, _TABLE), fastmath=True)
def dot_pairs(rows: Float32, queries: Float32, out: Float32) -> None:
    """Write the dot product of each row with each query; equal rows give equal bits. O(n m d).

    Args:
        rows: (n, d), finite.
        queries: (m, d), finite.
        out: (n, m), overwritten.
    """
    for at in range(rows.shape[0]):
        for other in range(queries.shape[0]):
            total = np.float32(0)
            for column in range(rows.shape[1]):
                total += rows[at, column] * queries[other, column]
            out[at, other] = total


@kernel(types.void(_MATRIX, _MATRIX, _SLOTS, _MATRIX, _TABLE), fastmath=True)
def dot_places(
    base: Float32, tail: Float32, slots: npt.NDArray[np.int64], queries: Float32, out: Float32
) -> None:
    """Write the dot product of some rows with each query; equal rows give equal bits. O(n m d).

    Args:
        base: (b, d), finite.
        tail: (t, d), finite: the rows behind those of `base`.
        slots: (n,) below b + t; a negative one has no vector, and 0 with every query.
        queries: (m, d), finite.
        out: (n, m), overwritten.
    """
    n_base = base.shape[0]
    for at in range(len(slots)):
        slot = slots[at]
        if slot < 0:
            out[at] = 0
            continue
        row = base[slot] if slot < n_base else tail[slot - n_base]
        for other in range(queries.shape[0]):
            total = np.float32(0)
            for column in range(len(row)):
                total += row[column] * queries[other, column]
            out[at, other] = total
