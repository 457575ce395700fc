"""What words say about the sections of one long document, as if it were all that there is.

Among all that a memory holds, the words of a document's subject are rare, and in the document they
stand in every section: what tells its sections apart is how rare a word is among these. It is the
same with what some people talk about in their conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.evidence import Asked, describe
from graphmem.core.kernels.lexical import Passages, Postings, Sought, Work, scan
from graphmem.core.kernels.marks import best_of_sources, mark
from graphmem.core.kernels.parts import (
    measure_part,
    postings_among,
    rows_of_sources,
    rows_of_term,
)
from graphmem.core.lexical import PassageKind, TextQuery
from graphmem.views.text_index import TextIndexArrays
from graphmem.views.wanted import wanted_of

__all__ = ["LookedUp", "Told", "describe_part", "idf_of", "part_of"]

Rows = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

# What a longer document or conversation says is told by the words of all there is.
_MAX_PART = 2_000


class LookedUp(NamedTuple):
    """A question whose terms were looked up in an index.

    Attributes:
        query: the question.
        terms: that count.
        numbers: theirs; -1 for one that no passage has.
        asked: the question for the kernels.
    """

    query: TextQuery
    terms: Sequence[str]
    numbers: Sequence[int]
    asked: Asked


class Told(NamedTuple):
    """What words say of some rows, and what `scan` left behind.

    Attributes:
        features: (n, len(Feature)), but for months.
        n_touched: how many rows `work` has scores of.
        passages: those rows are among these.
    """

    features: Float32
    n_touched: int
    passages: Passages


def idf_of(n: int, df: int) -> float:
    """Return the inverse document frequency, in ln, of a term in df of n passages."""
    n = max(n, df)
    return log(1.0 + (n - df + 0.5) / (df + 0.5))


def part_of(arrays: TextIndexArrays, rows: Rows) -> Rows:
    """Return the living rows of what some are parts of, rising; none where they are too many.

    Args:
        arrays: the index.
        rows: sections of one document, or turns of the same people, whose sources are all that
            counts of their conversation.
    """
    first = int(rows[0])
    if arrays.rows["kind"].values[first] == PassageKind.PERSON_TURN:
        sources = np.unique(arrays.rows["source"].values[rows])
        before = arrays.rows["before"].values
        return np.sort(rows_of_sources(sources, arrays.tails.values, before, _MAX_PART))
    return _rows_of_title(arrays, int(arrays.rows["title"].values[first]))


def _rows_of_title(arrays: TextIndexArrays, title: int) -> Rows:
    """Return the living rows of a title, rising; none where they are too many."""
    if arrays.frequencies.values[title] > _MAX_PART:
        return np.zeros(0, np.int64)
    alive = arrays.rows["alive"].values
    return np.sort(rows_of_term(title, arrays.postings(), alive))


def describe_part(
    looked_up: LookedUp, rows: Rows, part: Rows, arrays: TextIndexArrays, work: Work
) -> Told:
    """Return what words say about some rows of a part among all of its own.

    O(part x terms x log(postings)).

    Args:
        looked_up: the question.
        rows: (n,) some of the part's.
        part: all of its rows, in rising order.
        arrays: the index.
        work: all zero.
    """
    passages, forward, numbers = arrays.passages(), arrays.forward(), looked_up.numbers
    known = np.array([n for n in numbers if n >= 0], np.int32)
    starts, held, counts = postings_among(known, part, arrays.n_old, arrays.postings())
    dfs = np.diff(starts).tolist()
    found = iter(dfs)
    idfs = [idf_of(len(part), next(found) if n >= 0 else 0) for n in numbers]
    own = [idf for idf, n in zip(idfs, numbers, strict=True) if n >= 0]
    sizes = measure_part(part, passages, forward)
    n_sources = len(np.unique(passages.source[part]))
    average = max(sizes.length / len(part), 1e-9)
    sought = Sought(np.arange(len(known), dtype=np.int32), np.array(own, np.float32), len(known))
    averages = average, max(sizes.length / n_sources, 1e-9)
    n_touched = scan(sought, averages, _posted(starts, held, counts), passages, work)
    best_of_sources(n_touched, passages, work)
    asked = looked_up.asked._replace(
        idfs=sought.idfs,
        mass=sum(idfs) + 1e-9,
        rarest=max((idf for idf, df in zip(own, dfs, strict=True) if df), default=1.0) + 1e-9,
        sentence_average=max(sizes.sentence_length / max(1, sizes.n_sentences), 1e-9),
    )
    wanted = wanted_of(looked_up.query, looked_up.terms, numbers, idfs, average)
    described = describe(rows, asked, passages, forward, work)
    mark(rows, asked, wanted, (passages, forward, arrays.marks()), work, described)
    return Told(described[0], n_touched, passages)


def _posted(starts: Rows, rows: npt.NDArray[np.int32], counts: npt.NDArray[np.uint8]) -> Postings:
    """Return an index of some postings and no others, of terms numbered from 0."""
    none = np.zeros(0, np.int32)
    heads = np.full(len(starts) - 1, -1, np.int32)
    return Postings(starts, rows, counts, heads, none, none, np.zeros(0, np.uint8))
