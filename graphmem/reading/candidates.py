"""The passages that may answer: the best by words and the best by meaning, with their features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import TextEvidence, TextQuery
from graphmem.core.uid_index import Keys, to_keys
from graphmem.ports import Float32, TextIndex, TextMatch, VectorIndex

__all__ = ["MIN_EACH", "Pool", "extend", "gather", "look_up"]

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


def look_up(text: TextIndex, query: TextQuery, n_each: int) -> tuple[TextMatch, Pool]:
    """Return what a question's words find, to be closed, and the best of it, without cosines.

    Args:
        text: lexical search.
        query: the question.
        n_each: how many of the best passages, and of the best windows.
    """
    match = text.match(query)
    try:
        rows = match.best(n_each)
        cosines = np.zeros(len(rows), np.float32)
        return match, Pool(rows, match.uids(rows), cosines, match.describe(rows))
    except BaseException:
        match.close()
        raise


def gather(
    by_words: Pool, match: TextMatch, vectors: VectorIndex, query: Float32, n_near: int
) -> Pool:
    """Return the best passages by words, which are given, and by cosine.

    Args:
        by_words: from `look_up`.
        match: from there too.
        vectors: search by meaning.
        query: (d,) the question.
        n_near: how many of the best by cosine to take.
    """
    near, values = vectors.nearest(query, n_near)
    cosines = _cosines(match.keys(by_words.rows), vectors, query)
    pool = Pool(by_words.rows, by_words.uids, cosines, by_words.evidence)
    rows = match.find(near)
    new = _new(rows, pool)
    return _joined(pool, rows[new], values[new], match)


def extend(
    pool: Pool, uids: list[str], match: TextMatch, vectors: VectorIndex, query: Float32
) -> Pool:
    """Return the pool with further passages behind the ones that it has."""
    if not uids:
        return pool
    keys = to_keys(uids)
    rows = match.find(keys)
    new = _new(rows, pool)
    return _joined(pool, rows[new], _cosines(keys[new], vectors, query), match)


def _new(rows: Rows, pool: Pool) -> list[int]:
    """Return where rows are that the pool has not; those below 0 are none that count."""
    known = set(pool.rows.tolist())
    return [at for at, row in enumerate(rows.tolist()) if row >= 0 and row not in known]


def _joined(pool: Pool, rows: Rows, cosines: Float32, match: TextMatch) -> Pool:
    """Return the pool with new passages behind."""
    if not len(rows):
        return pool
    evidence = match.describe(rows)
    return Pool(
        np.concatenate([pool.rows, rows]),
        pool.uids + match.uids(rows),
        np.concatenate([pool.cosines, cosines]),
        TextEvidence(
            np.concatenate([pool.evidence.features, evidence.features]),
            np.concatenate([pool.evidence.covered, evidence.covered]),
            np.concatenate([pool.evidence.covered_near, evidence.covered_near]),
        ),
    )


def _cosines(keys: Keys, vectors: VectorIndex, query: Float32) -> Float32:
    cosines = vectors.cosines_of(query, keys)
    cosines[np.isnan(cosines)] = 0.0
    return cosines
