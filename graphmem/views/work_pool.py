"""Work arrays of the text kernels, kept between searches."""

from __future__ import annotations

import numpy as np

from graphmem.core.kernels.lexical import Passages, Work, clean

__all__ = ["WorkPool"]

# 29 bytes a row each: what a rare crowd of searches took is not held for ever.
_MAX_IDLE = 8


class WorkPool:
    """Keeps the kernels' work arrays between searches; one set a running search."""

    def __init__(self) -> None:
        self._idle: list[tuple[Work, int, Passages]] = []

    def take(self, n_rows: int, n_sources: int) -> Work:
        """Return work arrays, all zero, for so many rows and sources."""
        if self._idle:
            work, n_touched, passages = self._idle.pop()
            if len(work.passage) >= n_rows and len(work.session) >= n_sources:
                clean(n_touched, passages, work)
                return work
        rows, sources = n_rows + n_rows // 4 + 1_024, n_sources + n_sources // 4 + 1_024
        return Work(
            passage=np.zeros(rows, np.float32),
            window=np.zeros(rows, np.float32),
            session=np.zeros(sources, np.float32),
            best=np.zeros(sources, np.float32),
            sums=np.zeros(rows, np.int32),
            source_sums=np.zeros(sources, np.int64),
            marks=np.zeros(rows, np.uint8),
            touched=np.empty(rows, np.int32),
            pending=np.empty(rows, np.int32),
            rows=np.empty(rows, np.int32),
            counts=np.empty(rows, np.int32),
        )

    def give(self, work: Work, n_touched: int, passages: Passages) -> None:
        """Take work arrays back; whoever takes them next cleans up, and nobody waits for it."""
        if len(self._idle) < _MAX_IDLE:
            self._idle.append((work, n_touched, passages))
