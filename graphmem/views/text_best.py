"""The best of what a question's words touch, whatever the order in which it was added."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.lexical import Passages, Work, best_rows, rows_at
from graphmem.core.uid_index import Keys

__all__ = ["best_of", "first_of"]

Rows = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
KeysOf = Callable[[Rows], Keys]
"""The keys of the uids of some rows."""


def best_of(
    scores: Float32,
    n_best: int,
    touched: tuple[int, int, Passages, Work],
    keys: KeysOf,
) -> Rows:
    """Return the touched rows with the highest scores; of equal ones those with the first uids.

    O(touched), and O(keys) of the rows that tie with the last one where not all of these fit.

    Args:
        scores: by row.
        n_best: how many.
        touched: how many rows were touched, until when passages count, these, and where the
            touched rows are.
        keys: of rows.
    """
    rows, left_out = best_rows(scores, n_best, *touched)
    lowest = scores[rows].min(initial=np.inf)
    if left_out < lowest:
        return rows.astype(np.int64)
    tied = rows_at(scores, lowest, *touched).astype(np.int64)
    above = rows[scores[rows] > lowest].astype(np.int64)
    return np.concatenate([above, _first(tied, keys(tied), n_best - len(above))])


def first_of(rows: Rows, positions: npt.NDArray[np.int64], n_first: int, keys: KeysOf) -> Rows:
    """Return the rows that come first in their sources, of equal ones those with the first uids.

    O(n), and O(keys) of the rows that tie with the last one where not all of these fit.

    Args:
        rows: (n,).
        positions: (n,) their places in their sources.
        n_first: how many.
        keys: of rows.
    """
    if len(rows) <= n_first:
        return rows
    last = np.partition(positions, n_first - 1)[n_first - 1]
    before, tied = rows[positions < last], rows[positions == last]
    return np.concatenate([before, _first(tied, keys(tied), n_first - len(before))])


def _first(rows: Rows, keys: Keys, n_first: int) -> Rows:
    """Return the rows with the n first keys; eight bytes of a hash tell them apart. O(n)."""
    if len(rows) <= n_first:
        return rows
    leads = np.ascontiguousarray(keys).view(">u8")[::2].astype(np.uint64)
    return rows[np.argpartition(leads, n_first)[:n_first]]
