"""What is known of the candidates of one question, before anything is weighed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.dense import dot_pairs
from graphmem.core.kernels.windows import joined
from graphmem.core.lexical import Feature
from graphmem.ports import Float32, TextMatch, VectorIndex
from graphmem.reading.candidates import Pool

__all__ = ["Asking", "Evidence", "observe"]

# Pseudo relevance feedback: half the question, half the mean of so many of the best by cosine.
_N_FEEDBACK = 5
# So many passages on each side stand in the widest window.
_REACH = 2

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """The vectors of a question.

    Attributes:
        vectors: (2 + p, d): the question, what it asks without its names, and p pieces of it.
        asks_assistant: whether it is about what the assistant ("you") said.
        instruction: whether it asks for something to be done, and is no question.
        of_oneself: whether who asks speaks of himself.
    """

    vectors: Float32
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
    pool: Pool, match: TextMatch, vectors: VectorIndex, asking: Asking, visits: Float32
) -> Evidence:
    """Return all that is known of a pool. O(n (terms + d p))."""
    places = match.windows(pool.rows, _REACH)
    known, windows = _numbered(places)
    near = vectors.vectors_of(match.keys(known))
    own = near[windows[:, _REACH]]
    cosines = _dots(own, asking.vectors)
    best = np.argsort(-cosines[:, 0], kind="stable")[:_N_FEEDBACK]
    moved = asking.vectors[0] + own[best].mean(axis=0) if len(best) else asking.vectors[0]
    moved = moved / max(float(np.linalg.norm(moved)), 1e-9)
    singly = np.append(_dots(near, asking.vectors[:1])[:, 0], np.float32(0))
    return Evidence(
        pool=pool,
        words=pool.evidence.features,
        cosines=cosines,
        feedback=_dots(own, moved[None])[:, 0],
        around=singly[windows[:, [_REACH - 1, _REACH + 1]]],
        windows=_joined(near, windows, match.answers(pool.rows), asking.vectors[:1]),
        session_cosines=_best_of(match.sources(pool.rows), cosines[:, 0]),
        collections=match.collections(pool.rows, _kinds(pool.evidence.features)),
        visits=visits,
        asks_assistant=asking.asks_assistant,
    )


def _numbered(places: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Places]:
    """Return the rows that stand in windows, each once, and the windows as places among them."""
    known, numbers = np.unique(places, return_inverse=True)
    numbers = numbers.reshape(places.shape)
    if len(known) and known[0] < 0:  # none, which stays -1
        return known[1:], numbers - 1
    return known, numbers


def _joined(
    near: Float32, windows: Places, answers: npt.NDArray[np.bool_], question: Float32
) -> Float32:
    """Return (n, 3) the cosines with the joined vectors of three windows."""
    with_before = np.array(windows[:, _REACH - 1 : _REACH + 1])
    with_before[~answers, 0] = -1
    close = windows[:, _REACH - 1 : _REACH + 2]
    found = [_dots(joined(near, one), question) for one in (with_before, close, windows)]
    return np.concatenate(found, axis=1)


def _kinds(words: Float32) -> npt.NDArray[np.intp]:
    return words[:, Feature.KIND].astype(np.intp)


def _best_of(groups: npt.NDArray[np.int32], values: Float32) -> Float32:
    distinct, places = np.unique(groups, return_inverse=True)
    best = np.full(len(distinct), -1.0, np.float32)
    np.maximum.at(best, places, values)
    return best[places]


def _dots(rows: Float32, queries: Float32) -> Float32:
    out = np.empty((len(rows), len(queries)), np.float32)
    dot_pairs(np.ascontiguousarray(rows), np.ascontiguousarray(queries), out)
    return out
