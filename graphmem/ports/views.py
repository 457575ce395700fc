"""What reading needs from the views of a space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import TextEvidence, TextQuery
from graphmem.core.mentions import Mentions, Said
from graphmem.core.uid_index import Keys
from graphmem.core.walk import Link, Walk
from graphmem.ports.models import Float32
from graphmem.ports.stores import GraphStore
from graphmem_schemas import Node

__all__ = [
    "Judged",
    "Judgements",
    "PlacedVectors",
    "ShownNodes",
    "TextIndex",
    "TextMatch",
    "VectorIndex",
    "View",
    "WalkGraph",
]


class View(Protocol):
    """Something that can be rebuilt from a store at any time."""

    seq: int

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store from `seq`; rebuild when that cannot be done."""
        ...


class ShownNodes(Protocol):
    """Reads what a hit on a passage shows: passages, sources, entities. A store does, too."""

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for one that is not in the space."""
        ...


class PlacedVectors(NamedTuple):
    """Vectors where an index keeps them: some hundred are not copied to be looked at once.

    Attributes:
        base: (b, d) float32, of unit length or zeros; neither is written to.
        tail: (t, d) what lies behind.
        slots: (n,) int64 rows of both, -1 for none.
    """

    base: Float32
    tail: Float32
    slots: npt.NDArray[np.int64]


class VectorIndex(Protocol):
    """Finds the vectors of one space that are nearest to a vector."""

    def __len__(self) -> int:
        """Return how many uids have a vector."""
        ...

    def nearest(self, query: Float32, k: int) -> tuple[Keys, Float32]:
        """Return the k best by key and their cosines, best first, ties by uid; or fewer.

        `query` is (d,) of unit length, k 1 or more.
        """
        ...

    def nearest_each(self, queries: Float32, ks: Sequence[int]) -> list[tuple[Keys, Float32]]:
        """Return for each of the (q, d) queries what `nearest` returns for it and its k."""
        ...

    def placed(self, keys: Keys) -> PlacedVectors:
        """Return where the vector of each key is kept."""
        ...


class WalkGraph(Protocol):
    """The graph as walks see it. All methods are safe to call from many threads."""

    def push(self, seeds: Mapping[str, float], *, damping: float, epsilon: float) -> Walk:
        """Return where a walk from the seeds ends (Personalized PageRank).

        Args:
            seeds: mass above 0 by uid; scaled to sum to 1. A seed without edges keeps its part.
            damping: the probability of going on at each step, between 0 and 1.
            epsilon: mass per link below which a node waits; work is bounded by
                1 / (epsilon · (1 - damping)) links.

        Raises:
            InvalidInput: There is no seed, or an argument is out of range.
        """
        ...

    def links(self, uids: Sequence[str]) -> list[Link]:
        """Return the edges at each uid, in the order of `uids`, then by neighbour and kind."""
        ...

    def mentions(self, passages: Sequence[str]) -> Mentions:
        """Return which entities some passages mention, in the order of the passages."""
        ...

    def degrees(self, uids: Sequence[str]) -> list[int]:
        """Return how many edges touch each uid, 0 for an unknown one."""
        ...


class Judged(NamedTuple):
    """What was said of hits that were shown for a question.

    Attributes:
        cosine: of that question with the one that is asked.
        share: 0 to 1: how well it went with what was used.
        used: uids of that, sorted.
    """

    cosine: float
    share: float
    used: tuple[str, ...]


class Judgements(Protocol):
    """What people said of what they were shown. Safe to call from many threads."""

    def alike(self, question: Float32, least: float) -> list[Judged]:
        """Return what was said where the question was alike, always in the same order.

        Args:
            question: (d,) of unit length.
            least: the cosine of a question that counts, at least.
        """
        ...


class TextMatch(Protocol):
    """What one question finds by its words. Rows are numbers that hold until it is closed."""

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms that count, in the order of the question."""
        ...

    @property
    def idfs(self) -> tuple[float, ...]:
        """The inverse document frequency (ln) of each term."""
        ...

    @property
    def unknown(self) -> frozenset[str]:
        """Those of the terms that no passage has."""
        ...

    @property
    def speakers(self) -> tuple[str, ...]:
        """The people whom the question names, where it does not name all."""
        ...

    @property
    def names(self) -> frozenset[str]:
        """The terms of the names of those who talk, where these are few."""
        ...

    @property
    def names_speaker(self) -> bool:
        """Whether the question names anyone who speaks, however many these are."""
        ...

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles that stand in the question."""
        ...

    @property
    def n_passages(self) -> int:
        """How many passages count by the query's time."""
        ...

    @property
    def is_empty(self) -> bool:
        """Whether there are no passages, of whatever time."""
        ...

    def best(self, n_best: int) -> npt.NDArray[np.int64]:
        """Return the rows with the best passages, windows and titles, in rising order."""
        ...

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """Return the row of each key; -1 where it is no passage within the query's time."""
        ...

    def keys(self, rows: npt.NDArray[np.int64]) -> Keys:
        """Return the key of each row's uid."""
        ...

    def uids(self, rows: npt.NDArray[np.int64]) -> list[str]:
        """Return the uid of each row."""
        ...

    def moments(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return when each was told, in seconds since 1970; unknown is before all time."""
        ...

    def source_uids(self, rows: npt.NDArray[np.int64]) -> list[str]:
        """Return the uid of the source of each row."""
        ...

    def windows(self, rows: npt.NDArray[np.int64], reach: int) -> npt.NDArray[np.int64]:
        """Return (n, 2 reach + 1) each row amid those beside it in its source, in their order.

        -1 where the source begins or ends, and from what is later than the query's time on.
        """
        ...

    def answers(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return for each row whether the one before it in its source ends with a question."""
        ...

    def describe(self, rows: npt.NDArray[np.int64]) -> TextEvidence:
        """Return all that the words say about the rows."""
        ...

    def describe_part(self, rows: npt.NDArray[np.int64]) -> Float32 | None:
        """Return (n, len(Feature)) what the words say about sections of one document, or turns of
        one conversation, as if it were all there is; None where it is too long or not here whole.
        """
        ...

    def owned(self, rows: npt.NDArray[np.int64]) -> tuple[Float32, Float32]:
        """Return the mass (sum of idfs) of terms that each row says of the one speaker whom the
        question names, and of the others; zeros where it does not name exactly one.
        """
        ...

    def sources(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Return a number for the source of each row."""
        ...

    def collections(
        self, rows: npt.NDArray[np.int64], kinds: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.int64]:
        """Return the number of the conversation, article or library that each row is part of.

        Counted from 0 in the order of the rows; `kinds` are their `PassageKind`s.
        """
        ...

    def said(
        self,
        rows: npt.NDArray[np.int64],
        mentions: Mentions,
        first: npt.NDArray[np.int64],
    ) -> Said:
        """Return how much is said with each mention, and with the titles of some by all others.

        `first` are positions among the rows.
        """
        ...

    def close(self) -> None:
        """Release what the match holds; it must be called once."""
        ...


class TextIndex(Protocol):
    """Lexical search over the passages of a space."""

    def match(self, query: TextQuery) -> TextMatch:
        """Find the passages that share words with a question."""
        ...
