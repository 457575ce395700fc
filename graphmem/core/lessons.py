"""Which lesson fits a task: words, meaning and letters, and the lessons that lie beside it.

score = h + 2 z(log g(exp(h / 2))), h = z(words) + 1.2 z(meaning) + .3 z(letters): z is over all
lessons of the question, g a Gaussian over lessons in the order in which they were told. Measured
on two sets of how-to notes (docs/quality.md); the widths were chosen on those very sets.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Float64", "WordIndex", "fuse", "letters", "standard", "with_neighbours"]

Float64 = npt.NDArray[np.float64]

_K1, _B = 1.2, 0.75
_MEANING, _LETTERS = 1.2, 0.3
_SIGMA, _SOFT, _NEIGHBOURS = 1.5, 0.5, 2.0
_RADIUS = 8
_GRAM = 4
_TINY = 1e-9
_ENOUGH = 10


class WordIndex:
    """BM25 (k1 1.2, b .75) over texts that come and go. Source: Robertson and Zaragoza 2009."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[array[int], array[int]]] = {}
        self._lengths = array("l")
        self._alive = bytearray()

    def __len__(self) -> int:
        """How many rows there are, with those that were removed."""
        return len(self._lengths)

    def add(self, terms: Iterable[str]) -> int:
        """Add a text by its terms; return its row. O(n)."""
        row, counts = len(self._lengths), Counter(terms)
        for term, n in counts.items():
            rows, times = self._rows.setdefault(term, (array("l"), array("l")))
            rows.append(row)
            times.append(n)
        self._lengths.append(counts.total())
        self._alive.append(1)
        return row

    def remove(self, row: int) -> None:
        """Let a text count no more."""
        self._alive[row] = 0

    def scores(self, terms: Iterable[str]) -> Float64:
        """Return (n_rows,) how well each text fits; 0 for those that were removed."""
        out = np.zeros(len(self._lengths))
        alive = np.frombuffer(bytes(self._alive), np.uint8).astype(bool)
        n = int(alive.sum())
        if not n:
            return out
        lengths = np.array(self._lengths, np.float64)
        norm = _K1 * (1.0 - _B + _B * lengths / max(lengths[alive].mean(), _TINY))
        for term, times_asked in sorted(Counter(terms).items()):
            if term not in self._rows:
                continue
            rows, times = (np.array(column) for column in self._rows[term])
            keep = alive[rows]
            rows, counts = rows[keep], times[keep].astype(np.float64)
            idf = math.log(1.0 + (n - len(rows) + 0.5) / (len(rows) + 0.5))
            out[rows] += times_asked * idf * counts * (_K1 + 1.0) / (counts + norm[rows])
        return out


def letters(words: Sequence[str]) -> list[str]:
    """Return every four characters in a row of the words, a blank between each two. O(n)."""
    text = " ".join(words)
    return [text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)]


def standard(values: Float64) -> Float64:
    """Return z-scores; zeros where all are the same.

    Of fewer than 11 values they are shrunk: two that hardly differ are not 2 apart.
    """
    spread: Float64 = (values - values.mean()) / (values.std() + _TINY)
    return spread * min(1.0, (len(values) - 1) / _ENOUGH)


def fuse(words: Float64, meaning: Float64, chars: Float64) -> Float64:
    """Return the sum of the three z-scored channels, each (n,) over the same lessons."""
    total: Float64 = standard(words) + _MEANING * standard(meaning) + _LETTERS * standard(chars)
    return total


def with_neighbours(scores: Float64, groups: Sequence[str]) -> Float64:
    """Return the scores with what lies beside each: lessons of one run answer one task together.

    Args:
        scores: (n,) of lessons in the order in which they were told.
        groups: where each was told; only those of one group, one after another, are neighbours.
    """
    heat: Float64 = np.exp(_SOFT * scores)
    bounds = [at for at in range(len(groups)) if at == 0 or groups[at] != groups[at - 1]]
    smooth = [_smooth(part) for part in np.split(heat, bounds[1:])]
    return scores + _NEIGHBOURS * standard(np.log(np.concatenate(smooth)))


def _smooth(values: Float64) -> Float64:
    reach = np.arange(-_RADIUS, _RADIUS + 1)
    kernel = np.exp(-0.5 * (reach / _SIGMA) ** 2)
    padded = np.pad(values, _RADIUS, mode="edge")
    smooth: Float64 = np.convolve(padded, kernel / kernel.sum(), "valid").astype(np.float64)
    return smooth
