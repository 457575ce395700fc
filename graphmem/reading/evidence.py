"""What is known of the candidates of one question, before anything is weighed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.distinct import best_of_groups
from graphmem.core.lexical import Feature
from graphmem.ports import Float32, TextMatch
from graphmem.reading.candidates import Pool
from graphmem.reading.nearby import Compared, feedback_of

__all__ = ["Asking", "Evidence", "observe"]


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """A question with its vectors.

    Attributes:
        question: (d,) its vector.
        parts: waits for (2 + p, d): the question, what it asks without its names, and p pieces.
        asks_assistant: whether it is about what the assistant ("you") said.
        instruction: whether it asks for something to be done, and is no question.
        of_oneself: whether who asks speaks of himself.
    """

    question: Float32
    parts: Callable[[], Float32]
    asks_assistant: bool
    instruction: bool = False
    of_oneself: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """n candidates, by column.

    Attributes:
        pool: who they are.
        words: (n, len(Feature)) what their words say.
        cosines: (n, 2 + p) with the question, its relation, its pieces; 0 without a vector.
        feedback: (n,) cosine with the question moved towards what it finds.
        around: (n, 2) the question's cosines with the passages before and after.
        windows: (n, 3) the question's cosines with the passage joined with the one before it,
            where that one asks, with one on each side, and with two.
        session_cosines: (n,) the best cosine among the candidates of the same source.
        collections: (n,) the number of the conversation, article or library it is part of.
        visits: (n,) 0 to 1: how much the walk was there; all 0 before there was one.
        asks_assistant: whether the question is about what the assistant said.
    """

    pool: Pool
    words: Float32
    cosines: Float32
    feedback: Float32
    around: Float32
    windows: Float32
    session_cosines: Float32
    collections: npt.NDArray[np.int64]
    visits: Float32
    asks_assistant: bool

    def __len__(self) -> int:
        return len(self.pool)

    @property
    def kinds(self) -> npt.NDArray[np.intp]:
        """(n,) the `PassageKind` of each."""
        return _kinds(self.words)

    @property
    def pieces(self) -> Float32:
        """(n, p) cosines with the pieces; with the question where it has none."""
        return self.cosines[:, 2:] if self.cosines.shape[1] > 2 else self.cosines[:, :1]


def observe(
    pool: Pool,
    match: TextMatch,
    asking: Asking,
    compared: Sequence[Compared],
    visits: Float32,
) -> Evidence:
    """Return all that is known of a pool. O(n d).

    Args:
        pool: the candidates.
        match: what the question's words find.
        asking: the question.
        compared: the candidates in their order, in one part or more.
        visits: (n,) how much the walk was at each.
    """
    words = pool.evidence.features
    parts, queries = [part.nearby for part in compared], asking.parts()
    cosines = np.concatenate([part.cosines(queries) for part in parts])
    around = np.concatenate([part.around for part in compared])
    return Evidence(
        pool=pool,
        words=words,
        cosines=cosines,
        feedback=feedback_of(asking.question, cosines[:, 0], parts),
        around=around[:, :2],
        windows=around[:, 2:],
        session_cosines=best_of_groups(match.sources(pool.rows), cosines[:, 0]),
        collections=match.collections(pool.rows, _kinds(words)),
        visits=visits,
        asks_assistant=asking.asks_assistant,
    )


def _kinds(words: Float32) -> npt.NDArray[np.intp]:
    return words[:, Feature.KIND].astype(np.intp)
