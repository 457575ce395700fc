"""The passages that may answer: the best by words and the best by meaning, with their features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import TextEvidence
from graphmem.ports import Float32, TextMatch, VectorIndex

__all__ = ["MIN_EACH", "Pool", "Rows", "extend", "gather"]

Rows = npt.NDArray[np.int64]

# So many of each kind of search: more were measured and bring nothing.
MIN_EACH = 40


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Candidates of one question.

    Attributes:
        rows: (n,) their rows in the text index, each once.
        uids: their uids, in the same order.
        cosines: (n,) with the question; 0 where a passage has no vector.
        evidence: what their words say.
    """

    rows: Rows
    uids: list[str]
    cosines: Float32
    evidence: TextEvidence

    def __len__(self) -> int:
        return len(self.uids)


def gather(
    match: TextMatch, rows: Rows, vectors: VectorIndex, query: Float32, n_near: int
) -> Pool:
    """Return the best passages by words, which are given, and by cosine.

    Args:
        match: what the question finds by its words.
        rows: its best, from `TextMatch.best`.
        vectors: search by meaning.
        query: (d,) the question.
        n_near: how many of the best by cosine to take.
    """
    near, _ = vectors.search(query, n_near)
    both = np.concatenate([rows, match.rows(near)])
    return _pool(np.unique(both[both >= 0]), match, vectors, query)


def extend(
    pool: Pool, uids: list[str], match: TextMatch, vectors: VectorIndex, query: Float32
) -> Pool:
    """Return the pool with further passages behind the ones that it has."""
    known = set(pool.uids)
    rows = match.rows([uid for uid in uids if uid not in known])
    new = np.unique(rows[rows >= 0])
    if not len(new):
        return pool
    more = _pool(new, match, vectors, query)
    return Pool(
        np.concatenate([pool.rows, more.rows]),
        pool.uids + more.uids,
        np.concatenate([pool.cosines, more.cosines]),
        TextEvidence(
            np.concatenate([pool.evidence.features, more.evidence.features]),
            np.concatenate([pool.evidence.covered, more.evidence.covered]),
            np.concatenate([pool.evidence.covered_near, more.evidence.covered_near]),
        ),
    )


def _pool(rows: Rows, match: TextMatch, vectors: VectorIndex, query: Float32) -> Pool:
    uids = match.uids(rows)
    cosines = vectors.cosines(query, uids) if uids else np.empty(0, np.float32)
    cosines[np.isnan(cosines)] = 0.0
    return Pool(rows, uids, cosines, match.describe(rows))
