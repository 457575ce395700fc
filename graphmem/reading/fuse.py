"""Scores as sums of named parts: the flat score, and the walk on top of it."""

from __future__ import annotations

import numpy as np

from graphmem.core.lexical import Feature
from graphmem.ports import Float32
from graphmem.reading.candidates import Pool
from graphmem.reading.weights import COLUMNS, FLAT, SHARES

__all__ = ["PART_NAMES", "flat_parts", "walks", "with_walk"]

PART_NAMES = (*COLUMNS, "walk")

# The feature of each column; that of "dense" only keeps its place.
_FEATURES = np.array(
    [
        Feature.PASSAGE, Feature.WINDOW, Feature.SENTENCE, Feature.SESSION, Feature.ANSWER,
        Feature.PASSAGE, Feature.TITLE_SHARE, Feature.TITLE_EXACT, Feature.RAREST,
        Feature.SPEAKER, Feature.USER,
    ],
    np.intp,
)  # fmt: skip
_PASSAGE, _ANSWER, _DENSE, _USER = 0, 4, 5, 10
_WALKED = frozenset(np.flatnonzero(SHARES[:, 1] > 0).tolist())
_RELATIVE = np.array([True, True, True, True, True, True, False, False, False, False, False])


def flat_parts(pool: Pool, *, asks_assistant: bool) -> Float32:
    """Return (n, len(COLUMNS)) what each column adds to the flat score of each candidate."""
    seen = pool.evidence.features
    # Few calls, on all columns at once: on a hundred rows the calls are what takes time.
    columns: Float32 = seen.take(_FEATURES, axis=1)
    np.maximum(pool.cosines, 0.0, out=columns[:, _DENSE])
    tops = columns.max(axis=0, initial=0.0)
    scales = np.where(_RELATIVE & (tops > 0), tops, np.float32(1))
    # A turn's answer counts by what its question scored, on the scale of the passages' scores.
    scales[_ANSWER] = max(tops[_PASSAGE], 1e-9)
    columns /= scales
    if asks_assistant:
        np.subtract(1.0, columns[:, _USER], out=columns[:, _USER])
    columns *= FLAT[seen[:, Feature.KIND].astype(np.intp)]
    return columns


def walks(pool: Pool) -> bool:
    """Whether there is a candidate for whose kind the walk counts."""
    return not _WALKED.isdisjoint(pool.evidence.features[:, Feature.KIND].tolist())


def with_walk(flat: Float32, kinds: Float32, visits: Float32) -> Float32:
    """Return (n, len(PART_NAMES)) the flat parts and what the walk adds.

    Args:
        flat: from `flat_parts`.
        kinds: (n,) the candidates' `PassageKind`.
        visits: (n,) 0 to 1 from `spread`.
    """
    shares = SHARES[kinds.astype(np.intp)]
    parts = np.empty((len(flat), len(PART_NAMES)), np.float32)
    np.multiply(flat, shares[:, :1], out=parts[:, :-1])
    np.multiply(shares[:, 1], visits, out=parts[:, -1])
    return parts
