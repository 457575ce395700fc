"""Where keys stand among sorted ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import types

from graphmem.core.kernels.compile import kernel

__all__ = ["find_keys"]

_Words = npt.NDArray[np.uint64]
_Numbers = npt.NDArray[np.int32]

_KEYS = types.Array(types.uint64, 1, "C", readonly=True)
_ORDER = types.Array(types.int32, 1, "C", readonly=True)
_OUT = types.Array(types.int64, 1, "C")
# Among so many keys it is faster to look at each than to halve.
_FEW = 8


@kernel(inline="always")
def _swapped(word: np.uint64) -> np.uint64:
    """Return a word with its bytes turned round: their order as bytes is that of such words."""
    low, high = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
    word = ((word >> np.uint64(8)) & low) | ((word & low) << np.uint64(8))
    word = ((word >> np.uint64(16)) & high) | ((word & high) << np.uint64(16))
    return (word >> np.uint64(32)) | (word << np.uint64(32))


@kernel(types.void(_KEYS, _ORDER, _ORDER, _KEYS, _OUT))
def find_keys(
    base: _Words, order: _Numbers, starts: _Numbers, wanted: _Words, out: npt.NDArray[np.int64]
) -> None:
    """Write the row of each wanted key, -1 for one that is not there.

    O(m) for keys that are spread evenly over their first bits, O(m log n) at worst. What stands
    beside each other is mostly asked for so, so the row behind the last found is tried first.

    Args:
        base: (2 n,) the two words of each key by row, each key once.
        order: (n,) rows in the rising order of their keys, as bytes.
        starts: (2^b + 1,) places in `order` where the keys of each first b bits begin, b to 31.
        wanted: (2 m,) words of keys.
        out: (m,), overwritten.
    """
    n_bits = np.uint64(0)
    while (1 << n_bits) < len(starts) - 1:
        n_bits += np.uint64(1)
    following = np.int64(0)
    for at in range(len(out)):
        first, second = wanted[2 * at], wanted[2 * at + 1]
        if following < len(order) and (
            base[2 * following] == first and base[2 * following + 1] == second
        ):
            out[at] = following
            following += 1
            continue
        group = np.int64((_swapped(first) >> np.uint64(32)) >> (np.uint64(32) - n_bits))
        low, high = np.int64(starts[group]), np.int64(starts[group + 1])
        while high - low > _FEW:
            middle = (low + high) // 2
            row = np.int64(order[middle])
            mine, its = _swapped(base[2 * row]), _swapped(first)
            if mine == its:
                mine, its = _swapped(base[2 * row + 1]), _swapped(second)
            if mine <= its:
                low = middle
            else:
                high = middle
        out[at] = -1
        for place in range(low, high):
            row = np.int64(order[place])
            if base[2 * row] == first and base[2 * row + 1] == second:
                out[at] = row
                following = row + 1
                break
