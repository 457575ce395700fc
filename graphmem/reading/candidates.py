"""The passages that may answer: the best by words and the best by meaning, with their features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import TextEvidence, TextQuery
from graphmem.core.uid_index import to_keys
from graphmem.ports import Cosines, Float32, TextIndex, TextMatch, VectorIndex

__all__ = ["MIN_EACH", "ByWords", "Pool", "extend", "gather", "look_up"]

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


@dataclass(frozen=True, slots=True, eq=False)
class ByWords:
    """What a question finds by its words, before it has a vector.

    Attributes:
        match: to be closed.
        pool: the best passages, windows and titles, without cosines.
        cosines: tells the cosines of the pool.
    """

    match: TextMatch
    pool: Pool
    cosines: Cosines


def look_up(text: TextIndex, vectors: VectorIndex, query: TextQuery, n_each: int) -> ByWords:
    """Return what a question's words find.

    Args:
        text: lexical search.
        vectors: search by meaning.
        query: the question.
        n_each: how many of the best passages, and of the best windows.
    """
    match = text.match(query)
    try:
        rows = match.best(n_each)
        none = np.zeros(len(rows), np.float32)
        pool = Pool(rows, match.uids(rows), none, match.describe(rows))
        return ByWords(match, pool, vectors.cosines_with(match.keys(rows)))
    except BaseException:
        match.close()
        raise


def gather(found: ByWords, vectors: VectorIndex, query: Float32, n_near: int) -> Pool:
    """Return the best passages by words, which are given, and by cosine.

    Args:
        found: from `look_up`.
        vectors: search by meaning.
        query: (d,) the question.
        n_near: how many of the best by cosine to take.
    """
    match, by_words = found.match, found.pool
    near, values = vectors.nearest(query, n_near)
    cosines = _told(found.cosines, query)
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
    return _joined(pool, rows[new], _told(vectors.cosines_with(keys[new]), query), match)


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


def _told(cosines: Cosines, query: Float32) -> Float32:
    values = cosines(query)
    values[np.isnan(values)] = 0.0
    return values
