"""How the years and months that passages name lie to those that a question asks about."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.lexical import Feature
from graphmem.core.months import BEGINNING, DECADE, END

__all__ = ["MonthsOfRows", "compare_months"]

_Int16 = npt.NDArray[np.int16]
_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Float32 = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]

_NEAR, _STARTS, _ENDS = int(Feature.NEAR), int(Feature.STARTS), int(Feature.ENDS)
_BOTH, _OVERLAP, _IMPLIED = int(Feature.BOTH), int(Feature.OVERLAP), int(Feature.IMPLIED)
_YEAR = 12
_FADES = 36.0
"""Months after which nearness is 1/e."""
_FAR = 1_200
# What an interval without an end counts as: it did not begin or go on for ever.
_OPEN_BEFORE, _OPEN_AFTER = 30 * _YEAR, 40 * _YEAR
_MAX_STEPS = 32
"""So many passages on there is no neighbour any more."""
_UNDATED = 0.5


class MonthsOfRows(NamedTuple):
    """The intervals of each row; rows from `n_old` on are in the new arrays, from zero."""

    starts: _Int64
    sizes: _Bytes
    before: _Int32
    after: _Int32
    old_from: _Int16
    old_to: _Int16
    old_kinds: _Bytes
    new_from: _Int16
    new_to: _Int16
    new_kinds: _Bytes
    n_old: int


@kernel()
def compare_months(
    rows: _Int64, asked_from: int, asked_to: int, months: MonthsOfRows, out: _Float32
) -> None:
    """Fill `Feature.NEAR` to `OVERLAP` and `IMPLIED`.

    O(rows x (intervals + passages without a date after it, 32 at most)).

    Args:
        rows: numbers of rows.
        asked_from: first month of the question's interval, since the year 0.
        asked_to: its end, exclusive.
        months: the intervals of all rows.
        out: (rows, features); filled.
    """
    sizes, before, after = months.sizes, months.before, months.after
    for at in range(len(rows)):
        row = int(rows[at])
        following = _next_dated(int(after[row]), after, sizes)
        if sizes[row]:
            _compare(row, asked_from, asked_to, months, out[at])
            first = _first(row, months)
            until = _first(following, months) if following >= 0 else END
            if until > first:
                shared = min(asked_to, until) - max(asked_from, first)
                out[at, _IMPLIED] = max(0.0, shared / (asked_to - asked_from))
            continue
        for neighbour in (_next_dated(int(before[row]), before, sizes), following):
            if neighbour >= 0:
                near = _nearness(neighbour, asked_from, asked_to, months)
                out[at, _NEAR] = max(out[at, _NEAR], _UNDATED * near)


@kernel()
def _compare(
    row: int, asked_from: int, asked_to: int, months: MonthsOfRows, out: _Float32
) -> None:
    """Fill what a row's own intervals say."""
    is_old = row < months.n_old
    begins = months.old_from if is_old else months.new_from
    ends = months.old_to if is_old else months.new_to
    kinds = months.old_kinds if is_old else months.new_kinds
    out[_NEAR] = _nearness(row, asked_from, asked_to, months)
    for place in range(months.starts[row], months.starts[row] + months.sizes[row]):
        begin, end = int(begins[place]), int(ends[place])
        if begin > BEGINNING and begin // _YEAR == asked_from // _YEAR:
            out[_STARTS] = 1.0
        if end < END and (end - 1) // _YEAR == (asked_to - 1) // _YEAR:
            out[_ENDS] = 1.0
        if kinds[place] > DECADE:
            continue
        if abs(begin - asked_from) < _YEAR and abs(end - asked_to) <= _YEAR:
            out[_BOTH] = 1.0
        shared = min(asked_to, end) - max(asked_from, begin)
        if shared > 0:
            whole = max(asked_to, end) - min(asked_from, begin)
            out[_OVERLAP] = max(out[_OVERLAP], shared / whole)


@kernel()
def _nearness(row: int, asked_from: int, asked_to: int, months: MonthsOfRows) -> float:
    """Return how near a row's nearest interval is: 1 where they meet."""
    is_old = row < months.n_old
    begins = months.old_from if is_old else months.new_from
    ends = months.old_to if is_old else months.new_to
    best = _FAR
    for place in range(months.starts[row], months.starts[row] + months.sizes[row]):
        begin, end = int(begins[place]), int(ends[place])
        if begin == BEGINNING:
            begin = end - _OPEN_BEFORE
        if end == END:
            end = max(begin + _OPEN_AFTER, asked_to + 1)
        if min(asked_to, end) > max(asked_from, begin):
            return 1.0
        best = min(best, abs(begin - asked_to), abs(asked_from - end))
    return float(np.exp(-best / _FADES))


@kernel()
def _first(row: int, months: MonthsOfRows) -> int:
    """Return the first month that a row names."""
    is_old = row < months.n_old
    begins = months.old_from if is_old else months.new_from
    ends = months.old_to if is_old else months.new_to
    first = END
    for place in range(months.starts[row], months.starts[row] + months.sizes[row]):
        begin = int(begins[place])
        first = min(first, begin if begin > BEGINNING else int(ends[place]))
    return first


@kernel()
def _next_dated(row: int, following: _Int32, sizes: _Bytes) -> int:
    """Return the next row that names a date, the given one included; -1 for none nearby."""
    for _ in range(_MAX_STEPS):
        if row < 0 or sizes[row]:
            return row
        row = int(following[row])
    return -1
