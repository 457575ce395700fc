"""Stand-ins for ports, for tests of graphmem and of what is built on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import numpy as np

from graphmem.errors import InvalidInput
from graphmem.ports import Float32

__all__ = ["FakeEmbedder", "FixedClock"]

_WORD = re.compile(r"\w+")


class FakeEmbedder:
    """Embeds by hashed bags of words: texts that share words are near, and no model is needed.

    Args:
        dimension: length of the vectors, 2 or more.

    Raises:
        InvalidInput: `dimension` is below 2.
    """

    def __init__(self, dimension: int = 32) -> None:
        if dimension < 2:
            raise InvalidInput(f"dimension is {dimension}: give 2 or more")
        self.name = f"fake-{dimension}"
        self.dimension = dimension

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) float32 rows of unit length, in input order."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            # The empty word keeps the length of a blank text's vector at one.
            for word in _WORD.findall(text.casefold()) or [""]:
                digest = blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
                row[int.from_bytes(digest[:4]) % self.dimension] += 1
            row /= np.linalg.norm(row)
        return rows


class FixedClock:
    """Tells the given time; with a step, a later one at each call.

    Args:
        start: what the first call returns; naive times are read as UTC.
        step: how far the clock goes on after each call.
    """

    def __init__(self, start: datetime, step: timedelta = timedelta(0)) -> None:
        aware = start if start.tzinfo else start.replace(tzinfo=UTC)
        self._next = aware.astimezone(UTC)
        self._step = step

    def __call__(self) -> datetime:
        """Return the time of this call, in UTC."""
        now = self._next
        self._next = now + self._step
        return now
