"""Arrays that grow at the end in amortised constant time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Column"]

_MIN_ROOM = 1_024


class Column:
    """A numpy array with room to grow; `values` is a view of what is filled.

    Args:
        values: what it holds at first; kept, not copied, until it has to grow.
    """

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self._room = values
        self._size = len(values)

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> npt.NDArray[Any]:
        """The filled part; writing to it writes to the column."""
        return self._room[: self._size]

    def append(self, values: npt.NDArray[Any]) -> None:
        """Add values at the end; the array that `values` gave before may be left behind."""
        self._grow(self._size + len(values))
        self._room[self._size : self._size + len(values)] = values
        self._size += len(values)

    def extend_to(self, size: int, fill: int) -> None:
        """Fill up with one value to the given length."""
        if size > self._size:
            self._grow(size)
            self._room[self._size : size] = fill
            self._size = size

    def _grow(self, size: int) -> None:
        if size > len(self._room) or not self._room.flags.writeable:
            room = np.empty(max(_MIN_ROOM, size + size // 2), self._room.dtype)
            room[: self._size] = self._room[: self._size]
            self._room = room
