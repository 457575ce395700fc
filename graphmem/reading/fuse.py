"""Scores as sums of named parts: the flat score, and the walk on top of it."""

from __future__ import annotations

import numpy as np

from graphmem.core.lexical import Feature
from graphmem.ports import Float32
from graphmem.reading.candidates import Pool
from graphmem.reading.weights import COLUMNS, FLAT, SHARES

__all__ = ["PART_NAMES", "flat_parts", "walks", "with_walk"]

PART_NAMES = (*COLUMNS, "walk")

_RELATIVE = [Feature.PASSAGE, Feature.WINDOW, Feature.SENTENCE, Feature.SESSION]
_ABSOLUTE = [Feature.TITLE_SHARE, Feature.TITLE_EXACT, Feature.RAREST, Feature.SPEAKER]


def flat_parts(pool: Pool, *, asks_assistant: bool) -> Float32:
    """Return (n, len(COLUMNS)) what each column adds to the flat score of each candidate."""
    seen = pool.evidence.features
    columns = np.empty((len(pool), len(COLUMNS)), np.float32)
    columns[:, :4] = _relative(seen[:, _RELATIVE])
    # A turn's answer counts by what its question scored, on the scale of the passages' scores.
    columns[:, 4] = seen[:, Feature.ANSWER] / max(_top(seen[:, Feature.PASSAGE]), 1e-9)
    columns[:, 5] = _relative(np.maximum(pool.cosines, 0.0)[:, None])[:, 0]
    columns[:, 6:10] = seen[:, _ABSOLUTE]
    user = seen[:, Feature.USER]
    columns[:, 10] = 1.0 - user if asks_assistant else user
    return columns * FLAT[seen[:, Feature.KIND].astype(np.intp)]


def walks(pool: Pool) -> bool:
    """Whether there is a candidate for whose kind the walk counts."""
    kinds = pool.evidence.features[:, Feature.KIND].astype(np.intp)
    return bool((SHARES[kinds, 1] > 0).any())


def with_walk(flat: Float32, kinds: Float32, visits: Float32) -> Float32:
    """Return (n, len(PART_NAMES)) the flat parts and what the walk adds.

    Args:
        flat: from `flat_parts`.
        kinds: (n,) the candidates' `PassageKind`.
        visits: (n,) 0 to 1 from `spread`.
    """
    shares = SHARES[kinds.astype(np.intp)]
    return np.column_stack([flat * shares[:, :1], shares[:, 1] * visits])


def _relative(values: Float32) -> Float32:
    """Divide each column by its maximum."""
    tops = values.max(axis=0, initial=0.0)
    scaled: Float32 = np.divide(values, np.where(tops > 0, tops, 1.0), dtype=np.float32)
    return scaled


def _top(values: Float32) -> float:
    return float(values.max(initial=0.0))
