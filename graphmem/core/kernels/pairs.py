"""What ties two passages together for a question: names that both have, and what they cover."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel

__all__ = ["N_PAIR_FEATURES", "PairInput", "pair_features"]

_Float32 = npt.NDArray[np.float32]
_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Bits = npt.NDArray[np.uint64]
_Bools = npt.NDArray[np.bool_]
_Doubles = npt.NDArray[np.float64]

N_PAIR_FEATURES = 10


class PairInput(NamedTuple):
    """n candidates, of which some are sources, and what is known of them.

    Attributes:
        sources: (s,) positions among the candidates, best first.
        starts: (n + 1,) where each candidate's mentions begin.
        numbers: (m,) the entity of each mention.
        titled: (m,) whether it is what the candidate's title names.
        said: (m,) 0 to 1: how much the best sentence with the name holds of the question.
        rarity: (e,) 0 to 1 by entity; 0 for one that links nothing.
        asked: (e,) whether the question has the name.
        titles: (s, n) how much the source says with the candidate's title, -1 without it.
        by_titles: (s, n) how much the candidate says with the source's title, -1 without it.
        title_rarity: (n,) how rare the candidate's title is, 0 to 1.
        covered: (n,) bits of the question's terms.
        masses: (64,) float64: idf by bit, over the sum of all idfs of the question.
        pieces: (n, p) cosine with each piece of the question.
    """

    sources: _Int64
    starts: _Int64
    numbers: _Int32
    titled: _Bools
    said: _Float32
    rarity: _Float32
    asked: _Bools
    titles: _Float32
    by_titles: _Float32
    title_rarity: _Float32
    covered: _Bits
    masses: _Doubles
    pieces: _Float32


@kernel()
def pair_features(given: PairInput) -> _Float32:
    """Return (s, n, N_PAIR_FEATURES): what each source and each candidate are to each other.

    In order: link, said of the link in the source, link is the candidate's title, share of the
    question covered together, what the candidate adds to it, what the source adds to it, what
    the candidate adds to the pieces' cosines, weight of the title link, link is the source's
    title, link stands in the question. Zeros for a candidate with itself.
    O(s x (mentions + n (terms + pieces))).
    """
    n_sources, n = len(given.sources), len(given.covered)
    out = np.zeros((n_sources, n, N_PAIR_FEATURES), np.float32)
    places = np.full(len(given.rarity), -1, np.int64)
    held = np.empty(n, np.float64)
    for at in range(n):
        held[at] = _mass(given.covered[at], given.masses)
    for at in range(n_sources):
        source = int(given.sources[at])
        for mention in range(given.starts[source], given.starts[source + 1]):
            places[given.numbers[mention]] = mention
        for other in range(n):
            if other == source:
                continue
            row = out[at, other]
            _link(source, other, places, given, row)
            _title_link(at, source, other, given, row)
            both = _mass(given.covered[source] | given.covered[other], given.masses)
            row[3] = both
            row[4] = both - held[source]
            row[5] = both - held[other]
            row[6] = _gain(given.pieces[source], given.pieces[other])
        for mention in range(given.starts[source], given.starts[source + 1]):
            places[given.numbers[mention]] = -1
    return out


@kernel(inline="always")
def _link(source: int, other: int, places: _Int64, given: PairInput, row: _Float32) -> None:
    """Fill what the best name that both mention says."""
    starts, numbers, titled, said = given.starts, given.numbers, given.titled, given.said
    rarity, asked = given.rarity, given.asked
    for mention in range(starts[other], starts[other + 1]):
        number = numbers[mention]
        place = places[number]
        if place < 0 or rarity[number] <= 0.0:
            continue
        weight = 0.15 + said[place] + 0.5 * said[mention]
        if titled[mention]:
            weight += 0.4
            row[7] = max(row[7], rarity[number])
        if titled[place]:
            weight += 0.2
        weight *= rarity[number] * (0.5 if asked[number] else 1.0)
        if weight > row[0]:
            row[0] = weight
            row[1] = said[place]
            row[2] = 1.0 if titled[mention] else 0.0
            row[8] = 1.0 if titled[place] else 0.0
            row[9] = 1.0 if asked[number] else 0.0


@kernel(inline="always")
def _title_link(at: int, source: int, other: int, given: PairInput, row: _Float32) -> None:
    """Fill what a title says that stands in the other's text, whoever took it for a name."""
    for back in range(2):
        said = given.by_titles[at, other] if back else given.titles[at, other]
        rarity = given.title_rarity[source] if back else given.title_rarity[other]
        if said < 0.0 or rarity <= 0.0:
            continue
        weight = rarity * (0.15 + (0.2 + 0.5 * said if back else 0.4 + said))
        if not back:
            row[7] = max(row[7], rarity)
        if weight > row[0]:
            row[0] = weight
            row[1] = 0.0 if back else said
            row[2] = 0.0 if back else 1.0
            row[8] = 1.0 if back else 0.0
            row[9] = 0.0


@kernel(inline="always")
def _mass(bits: np.uint64, masses: _Doubles) -> float:
    total = 0.0
    at = 0
    while bits:
        if bits & np.uint64(1):
            total += masses[at]
        bits >>= np.uint64(1)
        at += 1
    return total


@kernel(inline="always")
def _gain(mine: _Float32, its: _Float32) -> float:
    """Return by how much the best cosine with a piece rises, on the mean of the pieces."""
    total = 0.0
    for at in range(len(mine)):
        total += max(0.0, float(its[at] - mine[at]))
    return total / max(1, len(mine))
