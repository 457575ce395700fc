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

__all__ = ["join", "joined", "rows_around"]

Rows = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

_ROWS = types.Array(types.int64, 1, "C", readonly=True)
_LINKS = types.Array(types.int32, 1, "C", readonly=True)
_MOMENTS = types.Array(types.int64, 1, "C", readonly=True)
_WINDOWS = types.Array(types.int64, 2, "C")
_VECTORS = types.Array(types.float32, 2, "C", readonly=True)
_OUT = types.Array(types.float32, 2, "C")


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
        for column in range(vectors.shape[1]):
            out[at, column] = 0
        for place in range(windows.shape[1]):
            row = windows[at, place]
            if row >= 0:
                for column in range(vectors.shape[1]):
                    out[at, column] += vectors[row, column]
        square = np.float32(0)
        for column in range(vectors.shape[1]):
            square += out[at, column] * out[at, column]
        scale = np.float32(1) / np.sqrt(square) if square > 0 else np.float32(0)
        for column in range(vectors.shape[1]):
            out[at, column] *= scale


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
