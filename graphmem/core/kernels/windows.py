"""What stands beside a passage in its source, and the vector of it all together.

The unit-length sum of the vectors of a passage and its neighbours finds what a passage says in
answer to the one before it, as an encoder's run over both texts would (docs/adr/0011-units.md),
but needs no run and is kept nowhere: what is deleted is in no sum from then on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import types

from graphmem.core.kernels.compile import kernel

__all__ = ["N_AROUND", "compare", "join", "joined", "rows_around"]

N_AROUND = 5
"""Cosines with what stands around a passage."""

Rows = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

_ROWS = types.Array(types.int64, 1, "C", readonly=True)
_LINKS = types.Array(types.int32, 1, "C", readonly=True)
_MOMENTS = types.Array(types.int64, 1, "C", readonly=True)
_WINDOWS = types.Array(types.int64, 2, "C")
_VECTORS = types.Array(types.float32, 2, "C", readonly=True)
_OUT = types.Array(types.float32, 2, "C")
_FLAGS = types.Array(types.boolean, 1, "C")
_WINDOW = types.Array(types.int64, 1, "C")
_VECTOR = types.Array(types.float32, 1, "C")
_GIVEN = types.Array(types.float32, 1, "C", readonly=True)


def joined(vectors: Float32, windows: Rows) -> Float32:
    """Return (n, d) the unit-length sum of the vectors of each window.

    A row depends on its own window alone, bit for bit. Zeros where a window has no vector, or
    where they cancel out. O(n w d).

    Args:
        vectors: (m, d) float32, finite, each of unit length or zeros.
        windows: (n, w) rows of `vectors`, -1 for none.
    """
    out = np.empty((len(windows), vectors.shape[1]), np.float32)
    join(np.ascontiguousarray(vectors), np.ascontiguousarray(windows, np.int64), out)
    return out


@kernel(types.void(_VECTORS, _VECTORS, _WINDOW, _VECTOR), fastmath=True)
def _join(base: Float32, tail: Float32, window: Rows, out: Float32) -> None:
    n_base = len(base)
    for column in range(len(out)):
        out[column] = 0
    for place in range(len(window)):
        row = window[place]
        if row >= 0:
            vector = base[row] if row < n_base else tail[row - n_base]
            for column in range(len(out)):
                out[column] += vector[column]
    square = np.float32(0)
    for column in range(len(out)):
        square += out[column] * out[column]
    scale = np.float32(1) / np.sqrt(square) if square > 0 else np.float32(0)
    for column in range(len(out)):
        out[column] *= scale


@kernel(types.void(_VECTORS, _WINDOWS, _OUT), fastmath=True)
def join(vectors: Float32, windows: Rows, out: Float32) -> None:
    """Write what `joined` returns."""
    for at in range(windows.shape[0]):
        _join(vectors, vectors[:0], windows[at], out[at])


@kernel(types.float32(_GIVEN, _GIVEN), fastmath=True)
def _dot(one: Float32, other: Float32) -> np.float32:
    total = np.float32(0)
    for column in range(len(one)):
        total += one[column] * other[column]
    return total


@kernel(types.void(_VECTORS, _VECTORS, _WINDOWS, _FLAGS, _GIVEN, _OUT))
def compare(
    base: Float32,
    tail: Float32,
    windows: Rows,
    answers: npt.NDArray[np.bool_],
    question: Float32,
    out: Float32,
) -> None:
    """Write how near what stands around the middles of windows is to a question. O(n w d).

    A row depends on its own window alone, bit for bit.

    Args:
        base: (b, d) float32, finite, each of unit length or zeros.
        tail: (t, d): the rows behind those of `base`.
        windows: (n, 2 reach + 1) below b + t, -1 for what is not there or has no vector.
        answers: (n,) whether the middle answers the one before it.
        question: (d,) float32, finite.
        out: (n, N_AROUND), overwritten: cosines of the one before and the one after, 0 for none;
            of `joined` middles, with the one before where they answer it, with one on each
            side, and with all.
    """
    middle, n_base = windows.shape[1] // 2, len(base)
    sum_of, window = np.empty(base.shape[1], np.float32), np.empty(windows.shape[1], np.int64)
    for at in range(len(windows)):
        row, before, after = windows[at, middle], windows[at, middle - 1], windows[at, middle + 1]
        for side, near in enumerate((before, after)):
            out[at, side] = 0.0
            if near >= 0:
                vector = base[near] if near < n_base else tail[near - n_base]
                out[at, side] = _dot(vector, question)
        window[:] = -1
        window[middle] = row
        window[middle - 1] = before if answers[at] else -1
        _join(base, tail, window, sum_of)
        out[at, 2] = _dot(sum_of, question)
        window[middle - 1], window[middle + 1] = before, after
        _join(base, tail, window, sum_of)
        out[at, 3] = _dot(sum_of, question)
        _join(base, tail, windows[at], sum_of)
        out[at, 4] = _dot(sum_of, question)


@kernel(types.void(_ROWS, _LINKS, _LINKS, _MOMENTS, types.int64, _WINDOWS))
def rows_around(
    rows: Rows,
    before: npt.NDArray[np.int32],
    after: npt.NDArray[np.int32],
    at: Rows,
    until: int,
    out: Rows,
) -> None:
    """Write each row in the middle of those that stand beside it in its source. O(n w).

    Args:
        rows: (n,) rows.
        before: by row: the one before it, -1 for none.
        after: by row: the one after it.
        at: by row: its moment. A window ends before what is later than `until`.
        until: a moment.
        out: (n, 2 reach + 1), overwritten; -1 where there is none.
    """
    reach = out.shape[1] // 2
    for number in range(len(rows)):
        out[number, reach] = rows[number]
        earlier, later = rows[number], rows[number]
        for step in range(1, reach + 1):
            earlier = before[earlier] if earlier >= 0 else -1
            later = after[later] if later >= 0 else -1
            if earlier >= 0 and at[earlier] > until:
                earlier = -1
            if later >= 0 and at[later] > until:
                later = -1
            out[number, reach - step] = earlier
            out[number, reach + step] = later
