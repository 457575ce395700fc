"""The systems that the bench compares: graphmem, and flat retrieval over the same passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.dense import dot_places
from graphmem.core.lexical import Feature, TextQuery
from graphmem.core.terms import terms, words
from graphmem.core.uid_index import Keys
from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.ports import Embedder, Float32, GraphStore
from graphmem.views.text import TextView
from graphmem.views.vectors import VectorView
from graphmem_schemas import MAX_K, Passage

__all__ = ["SYSTEMS", "Answer", "Asked", "open_system"]

# A long turn is several passages with one ref: rank so many to be sure of enough turns.
_PARTS = 4
# Flat retrieval ranks so many of the best by words, and by cosine: all of a small memory.
_DEEP = 2_000

_Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system found.

    Attributes:
        refs: the caller's ids, best first, each once.
        confidence: higher means that it rather knows; of flat retrieval the best cosine, or the
            best BM25 where there is no cosine.
        declined: whether it abstains; None where the system cannot.
    """

    refs: tuple[str, ...]
    confidence: float
    declined: bool | None


class Asked(Protocol):
    """A system over one memory."""

    def ask(self, question: str, n_refs: int) -> Answer:
        """Rank the memory for a question."""
        ...


class _Graphmem:
    """The product, through its facade."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def ask(self, question: str, n_refs: int) -> Answer:
        recall = self._memory.search(question, k=min(MAX_K, _PARTS * n_refs))
        # Hits in the order of time are ranked by their scores all the same.
        ranked = sorted(recall.hits, key=lambda hit: -hit.score)
        refs = dict.fromkeys(hit.ref for hit in ranked if hit.ref)
        return Answer(tuple(refs)[:n_refs], recall.confidence, recall.abstained is not None)


class _Flat:
    """BM25, cosine, or the sum of both over their maxima, over all passages of the memory."""

    def __init__(self, name: str, store: GraphStore, space: str, embedder: Embedder) -> None:
        self._name = name
        self._embedder = embedder
        self._text = TextView(space, None)
        self._vectors = VectorView(space, embedder.dimension, None)
        self._text.refresh(store)
        self._vectors.refresh(store)
        self._refs = {
            node.uid: node.ref or node.uid
            for batch in store.changes(space, 0, labels=(Passage.label,))
            for node in batch.nodes
            if isinstance(node, Passage)
        }

    def _cosines(self, keys: Keys, query: Float32) -> _Scores:
        """Return (n,) the cosine of each key's vector with a query, -1 for none."""
        placed = self._vectors.placed(keys)
        out = np.empty((len(keys), 1), np.float32)
        dot_places(placed.base, placed.tail, placed.slots, np.ascontiguousarray(query[None]), out)
        return np.where(placed.slots < 0, np.float32(-1), out[:, 0])

    def ask(self, question: str, n_refs: int) -> Answer:
        vector = self._embedder.embed([question])[0]
        query = TextQuery(tuple(words(question)), tuple(terms(question)))
        with self._text.match(query) as match:
            nearest = match.find(self._vectors.nearest(vector, _DEEP)[0])
            rows = np.union1d(match.best(_DEEP), nearest[nearest >= 0])
            lexical = match.describe(rows).features[:, Feature.PASSAGE].astype(np.float32)
            dense = self._cosines(match.keys(rows), vector)
            uids = match.uids(rows)
        scores = {"bm25": lexical, "dense": dense}.get(self._name)
        if scores is None:
            scores = _relative(lexical) + _relative(dense)
        top = float((lexical if self._name == "bm25" else dense).max(initial=0.0))
        order = sorted(range(len(uids)), key=lambda at: (-float(scores[at]), uids[at]))
        refs = dict.fromkeys(self._refs[uids[at]] for at in order[: _PARTS * n_refs])
        return Answer(tuple(refs)[:n_refs], top, None)


SYSTEMS: tuple[str, ...] = ("bm25", "dense", "flat", "graphmem")


def open_system(name: str, memory: Memory, store: GraphStore, embedder: Embedder) -> Asked:
    """Open a system over a memory that is already filled.

    Raises:
        InvalidInput: There is no such system.
    """
    if name not in SYSTEMS:
        raise InvalidInput(f"unknown system {name!r}: there are {', '.join(SYSTEMS)}")
    if name == "graphmem":
        return _Graphmem(memory)
    return _Flat(name, store, memory.space, embedder)


def _relative(values: _Scores) -> _Scores:
    top = float(values.max(initial=0.0))
    scaled: _Scores = values / np.float32(top if top > 0 else 1.0)
    return scaled
