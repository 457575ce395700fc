"""Views of a space that leave something out, for ablations: nothing of it is in the product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from graphmem.bench.spaces import Remembering
from graphmem.core.lexical import TextQuery
from graphmem.core.mentions import Mentions
from graphmem.core.uid_index import Keys
from graphmem.core.walk import Link, Walk
from graphmem.ports import Float32, TextIndex, TextMatch, VectorIndex, WalkGraph

__all__ = ["Unlinked", "Unvectored", "Unworded"]


@dataclass(frozen=True, slots=True)
class Unworded:
    """Lexical search that finds nothing; what it tells of passages found otherwise stays.

    Attributes:
        text: the whole.
    """

    text: TextIndex

    def match(self, query: TextQuery) -> TextMatch:
        """Match a question, and propose no passage."""
        return cast(TextMatch, _Unfound(self.text.match(query)))


class _Unfound:
    """A match without its best rows."""

    def __init__(self, match: TextMatch) -> None:
        self._match = match

    def __getattr__(self, name: str) -> Any:
        return getattr(self._match, name)

    def best(self, n_best: int) -> npt.NDArray[np.int64]:
        """Return no row."""
        return self._match.best(n_best)[:0]


@dataclass(frozen=True, slots=True)
class Unvectored:
    """Search by meaning that finds nothing, for the question or for its pieces.

    Cosines with passages that are found otherwise stay.

    Attributes:
        vectors: the whole.
        embedder: knows which of the vectors is the question's.
        of_question: whether it is the question itself for which nothing is found; else what it
            asks without its names, and its pieces.
    """

    vectors: VectorIndex
    embedder: Remembering
    of_question: bool

    def __len__(self) -> int:
        return len(self.vectors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.vectors, name)

    def nearest(self, query: Float32, k: int) -> tuple[Keys, Float32]:
        """Return the k best by key and their cosines, or none."""
        keys, cosines = self.vectors.nearest(query, k)
        is_question = np.array_equal(query, self.embedder.latest[0])
        n_found = 0 if is_question == self.of_question else len(keys)
        return keys[:n_found], cosines[:n_found]

    def nearest_each(self, queries: Float32, ks: Sequence[int]) -> list[tuple[Keys, Float32]]:
        """Return for each query what `nearest` returns."""
        return [self.nearest(query, k) for query, k in zip(queries, ks, strict=True)]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Links on which nobody walks, by which nothing is mentioned, or neither.

    Attributes:
        graph: the whole.
        walks: whether walks come anywhere.
        mentions_any: whether passages mention anything.
    """

    graph: WalkGraph
    walks: bool
    mentions_any: bool

    def push(self, seeds: Mapping[str, float], *, damping: float, epsilon: float) -> Walk:
        """Walk, or stay."""
        walk = self.graph.push(seeds, damping=damping, epsilon=epsilon)
        if self.walks:
            return walk
        return replace(
            walk, rows=walk.rows[:0], mass=walk.mass[:0], labels=walk.labels[:0], unlinked=()
        )

    def mentions(self, passages: Sequence[str]) -> Mentions:
        """Return which entities some passages mention, or none."""
        found = self.graph.mentions(passages)
        if self.mentions_any:
            return found
        return found._replace(
            starts=np.zeros_like(found.starts),
            numbers=found.numbers[:0],
            titled=found.titled[:0],
            keys=found.keys[:0],
            counts=found.counts[:0],
        )

    def links(self, uids: Sequence[str]) -> list[Link]:
        """Return the edges at each uid."""
        return self.graph.links(uids)

    def degrees(self, uids: Sequence[str]) -> list[int]:
        """Return how many edges touch each uid."""
        return self.graph.degrees(uids)
