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


@kernel(types.void(_VECTORS, _WINDOWS, _OUT), fastmath=True)
def join(vectors: Float32, windows: Rows, out: Float32) -> None:
    """Write what `joined` returns."""
    for at in range(windows.shape[0]):
        total = out[at]
        for column in range(len(total)):
            total[column] = 0
        for place in range(windows.shape[1]):
            row = windows[at, place]
            if row >= 0:
                vector = vectors[row]
                for column in range(len(total)):
                    total[column] += vector[column]
        square = np.float32(0)
        for column in range(len(total)):
            square += total[column] * total[column]
        scale = np.float32(1) / np.sqrt(square) if square > 0 else np.float32(0)
        for column in range(len(total)):
            total[column] *= scale


@kernel(_GIVEN(_VECTORS, _VECTORS, types.int64, _GIVEN))
def _vector(base: Float32, tail: Float32, row: int, none: Float32) -> Float32:
    vector: Float32 = none
    if row >= 0:
        vector = base[row] if row < len(base) else tail[row - len(base)]
    return vector


@kernel(types.float32(types.float32, types.float32))
def _cosine(dot: float, square: float) -> np.float32:
    return dot / np.sqrt(square) if square > 0 else np.float32(0)


@kernel(types.void(_VECTORS, _VECTORS, _WINDOW, _GIVEN, _GIVEN, _VECTOR), fastmath=True)
def _sums(
    base: Float32, tail: Float32, window: Rows, none: Float32, question: Float32, out: Float32
) -> None:
    """Write what `compare` needs of a window, in one pass over its vectors.

    That is the dot products of the question with the one before the middle, the middle, the one
    after, and the outer two together; and the squared lengths of the sums of the first two, of
    the middle three, and of all.

    Args:
        base: (b, d).
        tail: (t, d).
        window: (5,).
        none: (d,) zeros.
        question: (d,).
        out: (7,), overwritten.
    """
    earlier, before = _vector(base, tail, window[0], none), _vector(base, tail, window[1], none)
    middle, after = _vector(base, tail, window[2], none), _vector(base, tail, window[3], none)
    later = _vector(base, tail, window[4], none)
    with_before, with_middle, with_after = np.float32(0), np.float32(0), np.float32(0)
    with_outer, two, three, five = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    for column in range(len(question)):
        asked, outer = question[column], earlier[column] + later[column]
        with_before += before[column] * asked
        with_middle += middle[column] * asked
        with_after += after[column] * asked
        with_outer += outer * asked
        pair = before[column] + middle[column]
        close = pair + after[column]
        wide = close + outer
        two += pair * pair
        three += close * close
        five += wide * wide
    out[0], out[1], out[2], out[3] = with_before, with_middle, with_after, with_outer
    out[4], out[5], out[6] = two, three, five


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
        windows: (n, 5) below b + t, -1 for what is not there or has no vector.
        answers: (n,) whether the middle answers the one before it.
        question: (d,) float32, finite.
        out: (n, N_AROUND), overwritten: cosines of the one before and the one after, 0 for none;
            of `joined` middles, with the one before where they answer it, with one on each
            side, and with all.
    """
    none, sums = np.zeros(base.shape[1], np.float32), np.empty(7, np.float32)
    for at in range(len(windows)):
        _sums(base, tail, windows[at], none, question, sums)
        before, middle, after, outer = sums[0], sums[1], sums[2], sums[3]
        out[at, 0], out[at, 1] = before, after
        # A vector of its own is of unit length, or of zeros.
        out[at, 2] = _cosine(before + middle, sums[4]) if answers[at] else middle
        out[at, 3] = _cosine(before + middle + after, sums[5])
        out[at, 4] = _cosine(before + middle + after + outer, sums[6])


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
