"""Postings of some passages alone: of one document or conversation, among all of a memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.lexical import Forward, Passages, Postings

__all__ = ["PartSizes", "measure_part", "postings_among", "rows_of_sources", "rows_of_term"]

_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Bytes = npt.NDArray[np.uint8]


class PartSizes(NamedTuple):
    """How large some passages are together.

    Attributes:
        length: in terms.
        n_sentences: how many sentences.
        sentence_length: sum of the lengths of these, with titles.
    """

    length: int
    n_sentences: int
    sentence_length: int


@kernel()
def rows_of_sources(sources: _Int32, tails: _Int32, before: _Int32, n_most: int) -> _Int64:
    """Return the rows of some sources; none where they are more than so many. O(rows)."""
    rows = np.empty(n_most, np.int64)
    size = 0
    for source in sources:
        row = int(tails[source])
        while row >= 0:
            if size == n_most:
                return rows[:0].copy()
            rows[size] = row
            size += 1
            row = int(before[row])
    return rows[:size].copy()


@kernel()
def rows_of_term(term: int, postings: Postings, alive: _Bytes) -> _Int64:
    """Return the living rows that hold a term, in no order. O(its postings).

    Rows that `alive` is too short for came later than it was made, and do not count.
    """
    start, end = 0, 0
    if term < len(postings.starts) - 1:
        start, end = int(postings.starts[term]), int(postings.starts[term + 1])
    first, old_rows = int(postings.heads[term]), postings.rows
    new_rows, nexts = postings.new_rows, postings.nexts
    n_most, place = end - start, first
    while place >= 0:
        n_most += 1
        place = int(nexts[place])
    rows, size, place = np.empty(n_most, np.int64), 0, first
    for at in range(start, end):
        rows[size] = old_rows[at]
        size += int(rows[size] < len(alive) and alive[rows[size]])
    while place >= 0:
        rows[size] = new_rows[place]
        size += int(rows[size] < len(alive) and alive[rows[size]])
        place = int(nexts[place])
    return rows[:size].copy()


@kernel()
def measure_part(part: _Int64, passages: Passages, forward: Forward) -> PartSizes:
    """Return how large some rows are. O(sentences)."""
    lengths, starts, sizes = passages.lengths, forward.sentence_starts, forward.n_sentences
    old, new = forward.old_sentences, forward.new_sentences
    length, n_sentences, sentence_length = 0, 0, 0
    for at in range(len(part)):
        row = int(part[at])
        length += int(lengths[row])
        found = old if row < forward.n_old else new
        first, size = int(starts[row]), int(sizes[row])
        n_sentences += size
        for place in range(first, first + size):
            sentence_length += int(found[place])
    return PartSizes(length, n_sentences, sentence_length)


@kernel()
def postings_among(
    terms: _Int32, part: _Int64, n_old: int, postings: Postings
) -> tuple[_Int64, _Int32, _Bytes]:
    """Return which of some rows hold each term, and how often each does.

    O(terms x (rows log(postings)) and what is posted since the last merge).

    Args:
        terms: (t,) numbers of the terms.
        part: (n,) the rows, in rising order.
        n_old: rows from here on came since the last merge.
        postings: of the index.

    Returns:
        (t + 1,) where the rows of each term begin, the rows, and the counts.
    """
    starts = np.zeros(len(terms) + 1, np.int64)
    rows = np.empty(len(terms) * len(part), np.int32)
    counts = np.empty(len(rows), np.uint8)
    heads, nexts = postings.heads, postings.nexts
    new_rows, new_counts = postings.new_rows, postings.new_counts
    size = 0
    for at in range(len(terms)):
        term = int(terms[at])
        if term < len(postings.starts) - 1:
            size = _from_block(term, part, postings, size, rows, counts)
        place = int(heads[term]) if len(part) and part[-1] >= n_old else -1
        while place >= 0:
            near = np.searchsorted(part, new_rows[place])
            if near < len(part) and part[near] == new_rows[place]:
                rows[size], counts[size] = new_rows[place], new_counts[place]
                size += 1
            place = int(nexts[place])
        starts[at + 1] = size
    return starts, rows[:size].copy(), counts[:size].copy()


@kernel()
def _from_block(
    term: int, part: _Int64, postings: Postings, size: int, rows: _Int32, counts: _Bytes
) -> int:
    """Write those of a part's rows that the block has for a term behind others; return the size.

    Both are in rising order, so each search begins where the last one ended.
    """
    old_rows, old_counts = postings.rows, postings.counts
    low, end = int(postings.starts[term]), int(postings.starts[term + 1])
    for at in range(len(part)):
        low += int(np.searchsorted(old_rows[low:end], part[at]))
        if low < end and old_rows[low] == part[at]:
            rows[size], counts[size] = old_rows[low], old_counts[low]
            size += 1
    return size
