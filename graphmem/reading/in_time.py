"""The nearest vectors of what had been said by a moment: vectors themselves know no time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphmem.core.uid_index import Keys
from graphmem.ports import Float32, PlacedVectors, TextMatch, VectorIndex

__all__ = ["NearestInTime"]

_WIDER = 4


class NearestInTime:
    """Finds those vectors whose passages a match counts; implements `ports.VectorIndex`.

    Args:
        vectors: of all.
        match: of a question that nothing later than its moment counts for.
    """

    def __init__(self, vectors: VectorIndex, match: TextMatch) -> None:
        self._vectors, self._match = vectors, match

    def __len__(self) -> int:
        return len(self._vectors)

    def nearest(self, query: Float32, k: int) -> tuple[Keys, Float32]:
        """Return the k best that count, or all where there are fewer.

        Asks for four times as many until enough of them count. O(n d log n) at worst.
        """
        wanted, n = k, len(self._vectors)
        while True:
            keys, cosines = self._vectors.nearest(query, wanted)
            told = np.flatnonzero(self._match.find(keys) >= 0)[:k]
            if len(told) == k or wanted >= n:
                return keys[told], cosines[told]
            wanted *= _WIDER

    def nearest_each(self, queries: Float32, ks: Sequence[int]) -> list[tuple[Keys, Float32]]:
        """Return for each query what `nearest` returns."""
        return [self.nearest(query, k) for query, k in zip(queries, ks, strict=True)]

    def placed(self, keys: Keys) -> PlacedVectors:
        """Return where the vectors themselves are kept."""
        return self._vectors.placed(keys)
