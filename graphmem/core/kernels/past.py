"""An index as it was when some of its rows had not been said: links and counts without them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.lexical import Forward

__all__ = ["count_terms", "link_past"]

_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Bytes = npt.NDArray[np.uint8]


@kernel()
def link_past(
    alive: _Bytes, before: _Int32, after: _Int32, source: _Int32, tails: _Int32
) -> tuple[_Int32, _Int32]:
    """Return what stands before and after each row that counts, as if there were no others.

    O(rows): each run of rows that do not count is walked once from either end.

    Args:
        alive: by row: 1 where it counts.
        before: by row: the one before it in its source, -1 for none.
        after: by row: the one after it.
        source: by row: the number of its source.
        tails: by source, all -1; its last row is written here.
    """
    lefts, rights = np.full(len(alive), -1, np.int32), np.full(len(alive), -1, np.int32)
    for row in range(len(alive)):
        if not alive[row]:
            continue
        left, right = int(before[row]), int(after[row])
        while left >= 0 and not alive[left]:
            left = int(before[left])
        while right >= 0 and not alive[right]:
            right = int(after[right])
        lefts[row], rights[row] = left, right
        if right < 0:
            tails[source[row]] = row
    return lefts, rights


@kernel()
def count_terms(
    rows: _Int64, sign: int, forward: Forward, titles: _Int32, frequencies: _Int32
) -> None:
    """Add to the number of passages of each term those of some rows, or take them out.

    O(terms of the rows).

    Args:
        rows: (n,) distinct.
        sign: 1 or -1.
        forward: what each row holds.
        titles: by row: the term that is its title, -1 for none.
        frequencies: by term; changed.
    """
    starts, sizes, n_old = forward.starts, forward.sizes, forward.n_old
    old, new = forward.old_terms, forward.new_terms
    for at in range(len(rows)):
        row = int(rows[at])
        found = old if row < n_old else new
        start = int(starts[row])
        for place in range(start, start + int(sizes[row])):
            frequencies[found[place]] += sign
        if titles[row] >= 0:
            frequencies[titles[row]] += sign
