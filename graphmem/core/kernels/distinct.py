"""Which values are there, and which of them each one is: some hundred at a time, unsorted.

`numpy.unique` sorts, and takes ten times as long for so few.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from graphmem.core.kernels.compile import kernel

__all__ = ["best_of_groups", "number", "numbered", "raise_to_best"]

Numbers = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

_NUMBERS = types.Array(types.int64, 1, "C")
_GIVEN = types.Array(types.int64, 1, "C", readonly=True)
_FLOATS = types.Array(types.float32, 1, "C")
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def numbered(values: npt.NDArray[np.integer[Any]]) -> tuple[Numbers, Numbers]:
    """Return the values of 0 or more, each once, and for each value which of these it is.

    They come in the order in which they are met; a negative value is none of them, and -1.
    O(n).

    Args:
        values: any shape.

    Returns:
        (m,) the values, and their places in the shape of `values`.
    """
    flat = np.ascontiguousarray(values, np.int64).ravel()
    distinct, places = np.empty(len(flat), np.int64), np.empty(len(flat), np.int64)
    n_distinct = number(flat, distinct, places)
    return distinct[:n_distinct], places.reshape(values.shape)


def best_of_groups(groups: npt.NDArray[np.int32], values: Float32) -> Float32:
    """Return (n,) the highest value of each one's group, -1 at least. O(n).

    Args:
        groups: (n,) their numbers, 0 or more.
        values: (n,).
    """
    distinct, places = numbered(groups)
    out = np.empty(len(values), np.float32)
    raise_to_best(places, np.ascontiguousarray(values), np.full(len(distinct), -1, "f4"), out)
    return out


@kernel(types.int64(_GIVEN, _NUMBERS, _NUMBERS))
def number(values: Numbers, distinct: Numbers, places: Numbers) -> int:
    """Write what `numbered` returns; return how many values there are."""
    size = 16
    while size < 2 * len(values):
        size *= 2
    slots = np.full(size, -1, np.int64)
    n_distinct = 0
    for at in range(len(values)):
        value = values[at]
        if value < 0:
            places[at] = -1
            continue
        slot = np.int64((np.uint64(value) * _SPREAD) >> _HALF) & (size - 1)
        while slots[slot] >= 0 and distinct[slots[slot]] != value:
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot] = n_distinct
            distinct[n_distinct] = value
            n_distinct += 1
        places[at] = slots[slot]
    return n_distinct


@kernel(types.void(_GIVEN, types.Array(types.float32, 1, "C", readonly=True), _FLOATS, _FLOATS))
def raise_to_best(places: Numbers, values: Float32, best: Float32, out: Float32) -> None:
    """Write what `best_of_groups` returns; `best` is what groups have at least, and then have."""
    for at in range(len(values)):
        best[places[at]] = max(best[places[at]], values[at])
    for at in range(len(values)):
        out[at] = best[places[at]]
