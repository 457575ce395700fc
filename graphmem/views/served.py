"""A question's own small views, filled from the server's indexes: nothing reads a whole space.

The server proposes passages by its full-text and its vector index; a walk that fetches its links
brings in more; these, with the passages around them, become a text index and vectors that live as
long as the question. So the ranking is that of `graphmem.reading`, over candidates that the server
chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import RLock

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import TextQuery
from graphmem.core.pages import PassageCandidate
from graphmem.core.terms import terms, words
from graphmem.core.uid_index import Keys, to_keys
from graphmem.ports import CandidateServer, Float32, PlacedVectors
from graphmem.views.paged_walk import PagedWalk
from graphmem.views.space import FACT_KINDS
from graphmem.views.text_index import TextIndexArrays
from graphmem.views.text_match import Match, Statistics
from graphmem.views.text_past import arrays_at
from graphmem.views.work_pool import WorkPool
from graphmem_schemas import EdgeKind, Passage

__all__ = ["QuestionViews", "ServedSpace"]

# Passages that each index proposes, and that the walk adds.
N_PROPOSED, N_WALKED = 100, 50
_N_SEEDS = 20
# Cormack, Clarke, Buettcher 2009: reciprocal rank fusion; only the walk's seeds depend on it.
_RRF = 60.0
_DAMPING, _EPSILON = 0.85, 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class QuestionViews:
    """What one question is answered from.

    Attributes:
        text: a `TextIndex` of the candidates.
        vectors: a `VectorIndex` of the candidates.
        walk: a `WalkGraph` of the whole space.
    """

    text: _CandidateTexts
    vectors: _CandidateVectors
    walk: PagedWalk


class ServedSpace:
    """One space of a server that is searched where it lies.

    Args:
        store: the server.
        space: the space.
        kinds: factor above 0 of each kind of edge that is walked.
    """

    def __init__(
        self, store: CandidateServer, space: str, kinds: Mapping[EdgeKind, float]
    ) -> None:
        self._store, self._space = store, space
        self.walk = PagedWalk(store, space, kinds)
        self._facts: PagedWalk | None = None

    def facts(self) -> PagedWalk:
        """Return the links of all that is no passage, as the server has them now."""
        facts = self._facts
        if facts is None:
            facts = self._facts = PagedWalk(self._store, self._space, FACT_KINDS)
        facts.refresh(self._store)
        return facts

    def views(self, query: TextQuery, vector: Float32) -> QuestionViews:
        """Return what a question is answered from.

        Args:
            query: the question's words.
            vector: (d,) its vector, of unit length.
        """
        store, space = self._store, self._space
        self.walk.refresh(store)
        wanted = [word for word in dict.fromkeys(query.words) if terms(word)]
        by_words = (
            store.passages_by_words(space, wanted, N_PROPOSED, query.until) if wanted else []
        )
        by_vector = store.passages_by_vector(space, vector, N_PROPOSED, query.until)
        proposed = _fused(by_words, by_vector)
        walked = self._walk_from(proposed)
        uids = list(dict.fromkeys([*proposed, *walked]))
        candidates = store.passages_with(space, uids)
        return QuestionViews(
            _CandidateTexts(candidates, self._statistics(query, candidates)),
            _CandidateVectors(candidates, len(vector)),
            self.walk,
        )

    def _statistics(self, query: TextQuery, candidates: Sequence[PassageCandidate]) -> Statistics:
        """Return how common the question's terms are in the whole space.

        The server counts words as they are written, so of a term the commonest form counts that
        the question or a candidate has: of "meet" perhaps "met".
        """
        texts = [f"{one.passage.title or ''} {one.passage.text}" for one in candidates]
        written = dict.fromkeys(chain(query.words, *map(words, texts)))
        asked = frozenset(query.terms)
        forms = [(word, term) for word in written for term in terms(word) if term in asked]
        counts = self._store.word_counts(self._space, [word for word, _ in forms]) if forms else []
        n_passages = self._store.count(self._space).nodes.get(Passage.label, 0)
        frequencies: dict[str, int] = {}
        for (_, term), n in zip(forms, counts, strict=True):
            frequencies[term] = max(frequencies.get(term, 0), n)
        return Statistics(n_passages, frequencies)

    def _walk_from(self, proposed: Mapping[str, float]) -> list[str]:
        seeds = dict(list(proposed.items())[:_N_SEEDS])
        if not seeds:
            return []
        walk = self.walk.push(seeds, damping=_DAMPING, epsilon=_EPSILON)
        return [uid for uid, _ in walk.top(N_WALKED, label=Passage.label)]


class _CandidateTexts:
    """The lexical index of some passages; implements `ports.TextIndex`."""

    def __init__(self, candidates: Sequence[PassageCandidate], statistics: Statistics) -> None:
        self._arrays = TextIndexArrays()
        passages = [candidate.passage for candidate in candidates]
        self._arrays.add(sorted(passages, key=lambda p: (p.source, p.position, p.uid)))
        self._statistics = statistics
        self._lock, self._pool = RLock(), WorkPool()

    def match(self, query: TextQuery) -> Match:
        """Find the candidates that share words with the question; close what is returned."""
        arrays = arrays_at(self._arrays, query.until)
        return Match(arrays, self._lock, self._pool, query, self._statistics)


class _CandidateVectors:
    """The vectors of some passages; implements `ports.VectorIndex`.

    Args:
        candidates: those without a vector are not in it.
        dimension: of the vectors.
    """

    def __init__(self, candidates: Sequence[PassageCandidate], dimension: int) -> None:
        known = {one.passage.uid: one.vector for one in candidates if one.vector is not None}
        uids = sorted(known)
        self._keys = to_keys(uids) if uids else np.empty(0, "S16")
        self._rows = np.zeros((len(uids) + 1, dimension), np.float32)
        for row, uid in enumerate(uids):
            self._rows[row] = known[uid]
        self._places = {key: row for row, key in enumerate(self._keys.tolist())}

    def __len__(self) -> int:
        return len(self._keys)

    def nearest(self, query: Float32, k: int) -> tuple[Keys, Float32]:
        """Return the k best by key and their cosines, best first, ties by uid; or fewer."""
        cosines = self._rows[:-1] @ query
        best = np.argsort(-cosines, kind="stable")[:k]
        return self._keys[best], cosines[best]

    def nearest_each(self, queries: Float32, ks: Sequence[int]) -> list[tuple[Keys, Float32]]:
        """Return for each query what `nearest` returns."""
        return [self.nearest(query, k) for query, k in zip(queries, ks, strict=True)]

    def placed(self, keys: Keys) -> PlacedVectors:
        """Return where the vector of each key is kept."""
        return PlacedVectors(self._rows, self._rows[:0], self._find(keys))

    def _find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """Return the row of each key; -1, where a row of zeros is, for an unknown one."""
        return np.array([self._places.get(key, -1) for key in keys.tolist()], np.int64)


def _fused(*rankings: Sequence[str]) -> dict[str, float]:
    """Return the uids of all rankings by reciprocal rank fusion, best first, ties by uid."""
    shares: dict[str, float] = {}
    for ranking in rankings:
        for place, uid in enumerate(ranking, 1):
            shares[uid] = shares.get(uid, 0.0) + 1.0 / (_RRF + place)
    return dict(sorted(shares.items(), key=lambda pair: (-pair[1], pair[0])))
