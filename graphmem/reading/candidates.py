"""The passages that may answer: the best by words and the best by meaning, with their features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import TextEvidence, TextQuery
from graphmem.core.uid_index import Keys, to_keys
from graphmem.ports import Float32, TextIndex, TextMatch, VectorIndex
from graphmem.reading.nearby import Nearby, nearby

__all__ = ["MIN_EACH", "ByWords", "Pool", "extend", "gather", "look_up"]

Rows = npt.NDArray[np.int64]

MIN_EACH = 80
"""So many of each kind of search at least; of what a question asks without its names half as
many, and of each of its pieces a quarter."""
_SHARES = (1.0, 0.5, 0.25)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Candidates of one question.

    Attributes:
        rows: (n,) their rows in the text index, each once.
        uids: their uids, in the same order: those found by words by key, then what else was found,
            in an order that does not depend on rows either.
        keys: the keys of these.
        evidence: what their words say.
    """

    rows: Rows
    uids: list[str]
    keys: Keys
    evidence: TextEvidence

    def __len__(self) -> int:
        return len(self.uids)


@dataclass(frozen=True, slots=True, eq=False)
class ByWords:
    """What a question finds by its words, before it has a vector.

    Attributes:
        match: to be closed.
        pool: the best passages, windows and titles.
        nearby: what stands around these.
    """

    match: TextMatch
    pool: Pool
    nearby: Nearby


def look_up(text: TextIndex, vectors: VectorIndex, query: TextQuery, n_each: int) -> ByWords:
    """Return what a question's words find, and all of it that the question's vector is for.

    Args:
        text: lexical search.
        vectors: of passages.
        query: the question.
        n_each: how many of the best passages, and of the best windows.
    """
    match = text.match(query)
    try:
        rows = match.best(n_each)
        # By uid and not by row, so that where scores tie it does not count what was added first.
        rows = rows[np.argsort(match.keys(rows), kind="stable")]
        pool = Pool(rows, match.uids(rows), match.keys(rows), match.describe(rows))
        return ByWords(match, pool, nearby(rows, match, vectors))
    except BaseException:
        match.close()
        raise


def gather(by_words: ByWords, vectors: VectorIndex, queries: Float32, n_each: int) -> Pool:
    """Return what was found by words, with the best passages by cosine behind.

    Args:
        by_words: what the question's words have found.
        vectors: search by meaning.
        queries: (2 + p, d): the question, what it asks without its names, its pieces.
        n_each: how many of the best for the question; fewer for its parts.
    """
    # A piece that is the whole question finds nothing else.
    distinct = {query.tobytes(): at for at, query in reversed(list(enumerate(queries)))}
    wanted = sorted(distinct.values())
    ks = [max(1, int(_SHARES[min(at, 2)] * n_each)) for at in wanted]
    found = vectors.nearest_each(queries[wanted], ks)
    return _joined(by_words.pool, np.concatenate([keys for keys, _ in found]), by_words.match)


def extend(pool: Pool, uids: Sequence[str], match: TextMatch) -> Pool:
    """Return the pool with further passages behind the ones that it has."""
    return _joined(pool, to_keys(uids), match) if uids else pool


def _joined(pool: Pool, keys: Keys, match: TextMatch) -> Pool:
    """Return the pool with those behind that it has not; unknown keys are none that count."""
    rows = match.find(keys)
    known = set(pool.rows.tolist())
    new = np.array([row for row in dict.fromkeys(rows.tolist()) if row >= 0 and row not in known])
    if not len(new):
        return pool
    evidence = match.describe(new)
    return Pool(
        np.concatenate([pool.rows, new]),
        pool.uids + match.uids(new),
        np.concatenate([pool.keys, match.keys(new)]),
        TextEvidence(
            np.concatenate([pool.evidence.features, evidence.features]),
            np.concatenate([pool.evidence.covered, evidence.covered]),
            np.concatenate([pool.evidence.covered_near, evidence.covered_near]),
        ),
    )
