"""The best of what a question's words touch, whatever the order in which it was added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.lexical import Passages, Work, best_rows, rows_at
from graphmem.core.uid_index import Keys

__all__ = ["best_of", "first_of", "last_alike", "told_in"]

Rows = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
# What has so much of the best score answers alike.
_ALIKE = 0.7
# Of more rows that were told in some time, only those count that have a word of the question.
_MANY = 20_000

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


def told_in(
    spans: Sequence[tuple[int, int]],
    n_best: int,
    scores: Float32,
    touched: tuple[int, int, Passages, Work],
    keys: KeysOf,
) -> Rows:
    """Return the best rows told in one of some intervals, of equal ones the latest.

    Rows that no word touches are among them where there are not enough others, unless there are
    very many: who asks what happened last week says little else. O(rows), and O(keys) of those
    that tie with the last one.

    Args:
        spans: moments in seconds since 1970, the second exclusive.
        n_best: how many.
        scores: (n,) of all rows that count; 0 for those that no word touches.
        touched: as for `best_of`.
        keys: of rows.
    """
    n_touched, until, passages, work = touched
    moments, told = passages.at[: len(scores)], np.zeros(len(scores), np.bool_)
    for first, stop in spans:
        told |= (moments >= first) & (moments < stop)
    told &= (moments <= until) & (passages.alive[: len(scores)] > 0)
    rows = np.flatnonzero(told)
    if len(rows) > _MANY:
        rows = work.touched[:n_touched].astype(np.int64)
        rows = rows[told[rows]]
    return _most(rows, (scores, moments), n_best, keys)


def last_alike(
    n_best: int, scores: Float32, touched: tuple[int, int, Passages, Work], keys: KeysOf
) -> Rows:
    """Return the last rows of those whose score is near the best. O(rows).

    Args:
        n_best: how many.
        scores: (n,) of all rows that count.
        touched: as for `best_of`.
        keys: of rows.
    """
    n_touched, until, passages, work = touched
    rows = work.touched[:n_touched].astype(np.int64)
    rows = rows[passages.at[rows] <= until]
    bar = _ALIKE * scores[rows].max(initial=0.0)
    rows = rows[(scores[rows] >= bar) & (scores[rows] > 0.0)]
    return _most(rows, (passages.at,), n_best, keys)


def _most(rows: Rows, columns: Sequence[npt.NDArray[Any]], n_best: int, keys: KeysOf) -> Rows:
    """Return the rows with the highest values, of equal ones by the next column, then by uid."""
    chosen = np.empty(0, np.int64)
    for values in columns:
        n_left = n_best - len(chosen)
        if len(rows) <= n_left:
            break
        of_rows = values[rows]
        bar = np.partition(of_rows, len(rows) - n_left)[len(rows) - n_left]
        chosen = np.concatenate([chosen, rows[of_rows > bar]])
        rows = rows[of_rows == bar]
    return np.concatenate([chosen, _first(rows, keys(rows), n_best - len(chosen))])


def _first(rows: Rows, keys: Keys, n_first: int) -> Rows:
    """Return the rows with the n first keys; eight bytes of a hash tell them apart. O(n)."""
    if len(rows) <= n_first:
        return rows
    leads = np.ascontiguousarray(keys).view(">u8")[::2].astype(np.uint64)
    return rows[np.argpartition(leads, n_first)[:n_first]]
