"""The protocols at the rim: what graphmem needs from stores, models and the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from graphmem.core.changes import ChangeBatch, Changes, Commit, Counts
from graphmem.core.extraction import Extraction
from graphmem.core.lexical import TextEvidence, TextQuery
from graphmem.core.uid_index import Keys
from graphmem.core.walk import Link, Walk
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = [
    "Capability",
    "Clock",
    "Cosines",
    "Embedder",
    "Encoder",
    "Encoding",
    "ExtractionInput",
    "Extractor",
    "Float32",
    "GraphReader",
    "GraphStore",
    "Models",
    "Plan",
    "Progress",
    "TextIndex",
    "TextMatch",
    "VectorIndex",
    "View",
    "WalkGraph",
]

Float32 = npt.NDArray[np.float32]
Cosines = Callable[[Float32], Float32]
"""(d,) of unit length in, (n,) out."""


class Capability(StrEnum):
    """What a store can do beyond the base contract; the contract suite tests what is declared."""

    PERSISTENT = "persistent"
    MANY_PROCESSES = "many_processes"


class GraphReader(Protocol):
    """Reads of one consistent state of a store."""

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        ...

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        ...

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        ...

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`."""
        ...


Plan = Callable[[GraphReader], Changes]


class GraphStore(GraphReader, Protocol):
    """Holds the truth. All methods are safe to call from many threads.

    Attributes:
        identity: tells one store from every other, and survives closing and reopening; a view
            that was saved for another identity is not of this store.
        views_folder: where views of this store may be kept; None where nothing is kept.
    """

    capabilities: frozenset[Capability]
    identity: str
    views_folder: Path | None

    @property
    def size_bytes(self) -> int:
        """How much room the store takes on disk; 0 where it takes none."""
        ...

    def seq(self, space: str) -> int:
        """Return the number of the space's newest commit, 0 where it has none.

        Asked before every search, so it must be cheap: one indexed read, no counting.
        """
        ...

    def token(self, space: str, seq: int) -> str | None:
        """Return the random mark that the commit got when it was made; None for no such commit.

        After a store was put back to an older copy and written again, the same numbers mean
        other commits; their tokens differ, so a view can tell.
        """
        ...

    def spaces(self) -> list[str]:
        """Return the sorted names of the spaces that hold at least one node."""
        ...

    def read_meta(self, key: str) -> str | None:
        """Return the small fact about the whole store that was written under the key."""
        ...

    def write_meta(self, key: str, value: str) -> None:
        """Keep a small fact about the whole store (its embedder); it takes no `seq`."""
        ...

    def apply(self, space: str, plan: Plan) -> Commit:
        """Run `plan` on the current state and apply what it returns, atomically.

        No other write happens between what the plan reads and what is applied. What the
        returned commit covers is on disk. The plan may be called again after a transient
        failure, so it must not have effects of its own. Removals are applied first. What
        is there already in the same state is left alone; where that is all, no `seq` is taken.

        Raises:
            InvalidInput: An edge or a vector names a node that would not be there; nothing
                was applied.
            StoreError: Nothing was applied.
        """
        ...

    def changes(
        self,
        space: str,
        after: int,
        *,
        labels: Sequence[str] = (),
        kinds: Sequence[EdgeKind] = (),
        vectors: bool = False,
    ) -> Iterator[ChangeBatch]:
        """Yield what changed after the watermark, in batches of bounded size, oldest first.

        Only the wanted labels, kinds and vectors are read; none are by default. A node that
        changed twice comes once, in its newest state. A batch ends where a commit ends, so
        that its `seq` is a watermark to go on from; the last batch's is the space's newest.
        Nothing is yielded where nothing changed after the watermark.
        """
        ...

    def close(self) -> None:
        """Release every resource; closing twice is fine."""
        ...


class View(Protocol):
    """Something that can be rebuilt from a store at any time."""

    seq: int

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store from `seq`; rebuild when that cannot be done."""
        ...


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

    def cosines_with(self, keys: Keys) -> Cosines:
        """Prepare for a vector: return what tells its cosine with each key's, NaN for none."""
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

    def degrees(self, uids: Sequence[str]) -> list[int]:
        """Return how many edges touch each uid, 0 for an unknown one."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """One encoder run over one text.

    Attributes:
        vector: (d,) float32 of unit length.
        states: (n_pieces, 768) float16: hidden states of layers 2 and 4 per word piece,
            without the special pieces.
        offsets: (n_pieces, 2) int32 character offsets of the pieces.
    """

    vector: Float32
    states: npt.NDArray[np.float16]
    offsets: npt.NDArray[np.int32]


class Embedder(Protocol):
    """Turns texts into vectors. The same text gives the same bits, whatever its neighbours."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) float32 rows of unit length, in input order."""
        ...


class Encoder(Embedder, Protocol):
    """An embedder whose run also yields the token states that a language pipeline reads.

    Attributes:
        threads: how many texts it encodes at the same time, 1 or more. `encode` of one text runs
            on the thread that calls it, and so many of them may call.
    """

    threads: int

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Return one encoding a text, in input order."""
        ...


@dataclass(frozen=True, slots=True)
class ExtractionInput:
    """One passage as an extractor sees it.

    Attributes:
        speaker: who says it: what "I" stands for.
        addressee: whom it is said to, where only one other person takes part.
        title: what the passage is about; names in it are known to be names.
    """

    text: str
    speaker: str | None = None
    addressee: str | None = None
    title: str | None = None


class Extractor(Protocol):
    """Finds mentions, events and propositions in passages.

    Attributes:
        needs_states: whether it reads the encoder's token states; if not, `encodings` is empty.
    """

    name: str
    needs_states: bool

    def extract(
        self, inputs: Sequence[ExtractionInput], encodings: Sequence[Encoding]
    ) -> list[Extraction]:
        """Return one extraction a passage, in input order; no passage affects another."""
        ...


class Models(Protocol):
    """The models that read text; each is loaded when it is first asked for.

    The embedder and the encoder may be one object: then there is one run a passage.
    """

    @property
    def embedder(self) -> Embedder:
        """Makes the vectors of passages and questions."""
        ...

    @property
    def encoder(self) -> Encoder:
        """Makes the token states that the extractor reads."""
        ...

    @property
    def extractor(self) -> Extractor:
        """Finds names, events and facts."""
        ...


class Clock(Protocol):
    """Tells the time, so that tests and replays can fix it."""

    def __call__(self) -> datetime:
        """Return the current time in UTC."""
        ...


class Progress(Protocol):
    """Hears how far long work has come."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Called with rising `done`; must be cheap."""
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
    def speakers(self) -> tuple[str, ...]:
        """The people whom the question names, where it does not name all."""
        ...

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles that stand in the question."""
        ...

    @property
    def n_passages(self) -> int:
        """How many passages there are."""
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

    def source_uids(self, rows: npt.NDArray[np.int64]) -> list[str]:
        """Return the uid of the source of each row."""
        ...

    def describe(self, rows: npt.NDArray[np.int64]) -> TextEvidence:
        """Return all that the words say about the rows."""
        ...

    def owned(self, rows: npt.NDArray[np.int64]) -> tuple[Float32, Float32]:
        """Return the mass (sum of idfs) of terms that each row says of the one speaker whom the
        question names, and of the others; zeros where it does not name exactly one.
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
