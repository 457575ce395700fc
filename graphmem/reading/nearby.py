"""What stands around candidates in their sources, and how near the question comes to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.dense import dot_places
from graphmem.core.kernels.distinct import numbered
from graphmem.core.kernels.windows import N_AROUND, compare
from graphmem.ports import Float32, TextMatch, VectorIndex

__all__ = ["Compared", "Nearby", "compare_with", "feedback_of", "nearby"]

# So many passages on each side stand in the widest window.
_REACH = 2
# Pseudo relevance feedback: half the question, half the mean of so many of the best by cosine.
_N_FEEDBACK = 5


@dataclass(frozen=True, slots=True, eq=False)
class Nearby:
    """n candidates amid what stands beside them, before the question has a vector.

    Attributes:
        base: (b, d) vectors.
        tail: (t, d) those behind them.
        windows: (n, 5) which of both stand around each candidate, -1 for none.
        answers: (n,) whether the one before it asks.
    """

    base: Float32
    tail: Float32
    windows: npt.NDArray[np.int64]
    answers: npt.NDArray[np.bool_]

    def cosines(self, queries: Float32) -> Float32:
        """Return (n, q) the candidates' cosines with (q, d) vectors. O(n q d)."""
        own = np.ascontiguousarray(self.windows[:, _REACH])
        out = np.empty((len(own), len(queries)), np.float32)
        dot_places(self.base, self.tail, own, np.ascontiguousarray(queries), out)
        return out

    def vector(self, slot: int) -> Float32:
        """Return the (d,) vector of a slot, zeros for none."""
        n_base = len(self.base)
        if slot < 0:
            return np.zeros(self.base.shape[1], np.float32)
        vector: Float32 = self.base[slot] if slot < n_base else self.tail[slot - n_base]
        return vector


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The same, with how near the question is to what stands around.

    Attributes:
        nearby: what was compared.
        around: (n, N_AROUND) the question's cosines with the passages before and after, 0 for
            none; and with the passage joined with the one before it, where that one asks, with
            one on each side, and with two.
    """

    nearby: Nearby
    around: Float32


def nearby(rows: npt.NDArray[np.int64], match: TextMatch, vectors: VectorIndex) -> Nearby:
    """Return what stands around rows. O(n d)."""
    known, windows = numbered(match.windows(rows, _REACH))
    base, tail, slots = vectors.placed(match.keys(known))
    # What is none stays so: the last place is one behind them.
    slots = np.append(slots, -1)[windows]
    return Nearby(base, tail, slots, match.answers(rows))


def compare_with(question: Float32, found: Nearby) -> Compared:
    """Compare what stands around candidates with a (d,) question. O(n d).

    A candidate's numbers depend on it and its neighbours alone, bit for bit.
    """
    around = np.empty((len(found.windows), N_AROUND), np.float32)
    compare(found.base, found.tail, found.windows, found.answers, question, around)
    return Compared(found, around)


def feedback_of(question: Float32, cosines: Float32, parts: Sequence[Nearby]) -> Float32:
    """Return (n,) cosines with the question moved towards the best that it finds (Rocchio 1971).

    Args:
        question: (d,).
        cosines: (n,) with it.
        parts: the n candidates.
    """
    best = np.argsort(-cosines, kind="stable")[:_N_FEEDBACK]
    moved = question
    if len(best):
        moved = question + _vectors_at(best, parts).mean(axis=0)
    moved = moved / max(float(np.linalg.norm(moved)), 1e-9)
    return np.concatenate([part.cosines(moved[None])[:, 0] for part in parts])


def _vectors_at(places: npt.NDArray[np.int64], parts: Sequence[Nearby]) -> Float32:
    """Return (m, d) the vectors of some of all candidates."""
    ends = np.cumsum([len(part.windows) for part in parts])
    found = []
    for place, number in zip(places, np.searchsorted(ends, places, side="right"), strict=True):
        part = parts[number]
        found.append(part.vector(int(part.windows[place - ends[number], _REACH])))
    return np.stack(found)
