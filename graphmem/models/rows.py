"""What every embedder from outside must hold: finite rows of unit length."""

from __future__ import annotations

import numpy as np

from graphmem.errors import EmbeddingFailed
from graphmem.ports import Float32

__all__ = ["unit_rows"]


def unit_rows(rows: Float32, source: str) -> Float32:
    """Return (n, d) rows scaled to unit length.

    Args:
        rows: (n, d) float32.
        source: name of the embedder, for the error.

    Raises:
        EmbeddingFailed: `rows` is no matrix, or a row is zero or not finite.
    """
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise EmbeddingFailed(f"{source} returned vectors of unequal or no length")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise EmbeddingFailed(f"{source} returned a vector that is zero or not finite")
    unit: Float32 = rows / lengths
    return unit
