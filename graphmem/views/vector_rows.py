"""Vectors in the order in which they came: a part mapped from disk and a part that grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.aside import Aside, Shared
from graphmem.core.kernels.dense import dot_rows, score_codes
from graphmem.ports import Float32

__all__ = ["VectorRows", "coded"]

Slots = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

_MIN_ROOM = 256
_TOP_CODE = np.float32(127)
_TINY = np.float32(1e-30)
# From so many products on, 25 ns each, another thread that does half of them is worth waking.
_MANY = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Arrays of equal length.

    Attributes:
        values: (n, d) float32: the vectors.
        codes: (n, d) int8: the same, each scaled so that its largest number is 127.
        scales: (n,) float32: what a code stands for.
        owners: (n,) int32: number of the uid whose vector it is.
    """

    values: Float32
    codes: Codes
    scales: Float32
    owners: npt.NDArray[np.int32]

    def copy_to(self, other: _Part, size: int) -> None:
        """Copy the first rows over those of a longer part."""
        for mine, its in zip(self.arrays(), other.arrays(), strict=True):
            its[:size] = mine[:size]

    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """All arrays, in the order of the attributes."""
        return self.values, self.codes, self.scales, self.owners


class VectorRows:
    """Vectors by slot: 0, 1, 2, … in the order in which they were appended.

    One thread may append while others read. A vector takes 5 d + 8 bytes.

    Args:
        dimension: d, 1 or more.
        arrays: what `to_arrays` returned, kept and not copied; it may be read-only.
    """

    def __init__(
        self, dimension: int, arrays: Mapping[str, npt.NDArray[Any]] | None = None
    ) -> None:
        self.dimension = dimension
        self._base = _empty(0, dimension) if arrays is None else _given(dimension, arrays)
        self._tail = _empty(0, dimension)
        self._n_tail = 0
        self._aside = Aside()

    def __len__(self) -> int:
        return len(self._base.owners) + self._n_tail

    def append(self, values: Float32, owners: npt.NDArray[np.integer[Any]]) -> None:
        """Add (m, d) vectors and the numbers of their uids. Amortised O(m d)."""
        n_old, n_new = self._n_tail, self._n_tail + len(values)
        if n_new > len(self._tail.owners):
            wider = _empty(max(_MIN_ROOM, n_new + n_new // 2), self.dimension)
            self._tail.copy_to(wider, n_old)
            self._tail = wider
        codes, scales = coded(values)
        added = _Part(values, codes, scales, owners.astype(np.int32))
        for mine, its in zip(self._tail.arrays(), added.arrays(), strict=True):
            mine[n_old:n_new] = its
        # Last, so that a reader never counts a row that is not there yet.
        self._n_tail = n_new

    def approximate(self, queries: Float32, start: int, stop: int) -> Float32:
        """Return (q, stop - start) about the cosine of each query with each slot from `start` on.

        Args:
            queries: (q, d) of unit length.
            start: the first slot.
            stop: behind the last.
        """
        codes, scales = coded(queries)
        score = partial(self._score, codes.astype(np.int16))
        out = np.empty((len(queries), stop - start), np.float32)
        if out.size < _MANY:
            score(start, stop, out, 0)
        else:
            half = (stop - start) // 2
            rest = Shared(partial(score, start + half, stop, out, half), self._aside)
            score(start, start + half, out, 0)
            rest.result()
        out *= scales[:, None]
        return out

    def _score(
        self, codes: npt.NDArray[np.int16], start: int, stop: int, out: Float32, at: int
    ) -> None:
        """Write the products of queries with the slots' codes into columns of `out` from `at`."""
        n_base = len(self._base.owners)
        split = at + max(0, min(stop, n_base) - start)
        for part, first, last, to in (
            (self._base, start, min(stop, n_base), at),
            (self._tail, max(start - n_base, 0), stop - n_base, split),
        ):
            if last > first:
                score_codes(part.codes[first:last], part.scales[first:last], codes, out, to)

    def cosines(self, query: Float32, slots: Slots) -> Float32:
        """Return the cosine of a (d,) vector of unit length with each of the slots' vectors."""
        out = np.empty(len(slots), np.float32)
        base, tail = self._base.values, self._tail.values
        dot_rows(base, tail, slots, np.ascontiguousarray(query), out)
        return out

    def parts(self) -> tuple[Float32, Float32]:
        """Return the vectors of the first slots, and at least all of those behind them."""
        return self._base.values, self._tail.values

    def owners(self, slots: Slots) -> npt.NDArray[np.int32]:
        """Return the number of each slot's uid."""
        return self._gather(3, slots)

    def codes(self, start: int, stop: int) -> Codes:
        """Return the codes of the slots from `start` to before `stop`."""
        return self._gather(1, np.arange(start, stop))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays, by name."""
        n_tail = self._n_tail
        pairs = zip(self._base.arrays(), self._tail.arrays(), strict=True)
        joined = [_joined(base, tail[:n_tail]) for base, tail in pairs]
        return dict(zip(_NAMES, joined, strict=True))

    def _gather(self, at: int, slots: Slots) -> npt.NDArray[Any]:
        base, tail = self._base.arrays()[at], self._tail.arrays()[at]
        n_base = len(base)
        if not len(tail):
            return base[slots]
        if not n_base:
            return tail[slots]
        in_base = slots < n_base
        out = np.empty((len(slots), *base.shape[1:]), base.dtype)
        out[in_base] = base[slots[in_base]]
        out[~in_base] = tail[slots[~in_base] - n_base]
        return out


def coded(values: Float32) -> tuple[Codes, Float32]:
    """Return (n, d) int8 codes and (n,) scales: values ≈ codes · scales, O(n d)."""
    scales = np.maximum(np.abs(values).max(axis=1), _TINY) / _TOP_CODE
    return np.rint(values / scales[:, None]).astype(np.int8), scales


def _joined(base: npt.NDArray[Any], tail: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return both as one array, copied only where there are both: a million take 2 GB."""
    if len(base) and len(tail):
        return np.concatenate([base, tail])
    return tail if len(tail) else base


_NAMES = ("values", "codes", "scales", "owners")


def _empty(size: int, dimension: int) -> _Part:
    return _Part(
        np.empty((size, dimension), np.float32),
        np.empty((size, dimension), np.int8),
        np.empty(size, np.float32),
        np.empty(size, np.int32),
    )


def _given(dimension: int, arrays: Mapping[str, npt.NDArray[Any]]) -> _Part:
    part = _Part(*(arrays[name] for name in _NAMES))
    if part.values.shape != (len(part.owners), dimension):
        raise ValueError(f"vectors of shape {part.values.shape} are not of {dimension} numbers")
    return part
