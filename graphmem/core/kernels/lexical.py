"""BM25 and its relatives over posting lists, for all passages that share a word with a question.

Scores are sums over the question's terms in their order, and windows are added up in whole
numbers, so a passage's score does not depend on where its postings are kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel

__all__ = [
    "K1",
    "MAX_SENTENCES",
    "TITLE_BIT",
    "B",
    "Forward",
    "Passages",
    "Postings",
    "Work",
    "best_rows",
    "clean",
    "saturate",
    "scan",
]

_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Float32 = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]

K1 = 1.2
B = 0.75
MAX_SENTENCES = 12
# Frequencies in windows are whole numbers of 1/SCALE; the window's weights are tenths.
SCALE = 8192
TITLE_BIT = 1 << 15
# Places in `Work.counts`.
_TOUCHED, _PENDING, _SOURCES = 0, 1, 2


class Postings(NamedTuple):
    """Which rows hold a term: one sorted block, and chains of what came since."""

    starts: _Int64
    rows: _Int32
    counts: _Bytes
    heads: _Int32
    nexts: _Int32
    new_rows: _Int32
    new_counts: _Bytes


class Passages(NamedTuple):
    """Facts about each row; `at` is seconds since 1970, the smallest number where unknown."""

    alive: _Bytes
    lengths: _Int32
    before: _Int32
    after: _Int32
    source: _Int32
    speaker: _Int32
    title: _Int32
    kind: _Bytes
    flags: _Bytes
    at: _Int64
    source_lengths: _Int64


class Forward(NamedTuple):
    """What each row holds: its terms in rising order, with the sentences that they stand in.

    Rows from `n_old` on are in the new arrays, whose positions count from zero.
    """

    starts: _Int64
    sizes: _Int32
    sentence_starts: _Int64
    n_sentences: _Bytes
    old_terms: _Int32
    old_masks: npt.NDArray[np.uint16]
    old_sentences: npt.NDArray[np.uint16]
    old_voices: _Bytes
    new_terms: _Int32
    new_masks: npt.NDArray[np.uint16]
    new_sentences: npt.NDArray[np.uint16]
    new_voices: _Bytes
    n_old: int


class Work(NamedTuple):
    """Scores by row and by source; all zero between searches."""

    passage: _Float32
    window: _Float32
    session: _Float32
    sums: _Int32
    source_sums: _Int64
    marks: _Bytes
    touched: _Int32
    pending: _Int32
    source_touched: _Int32
    counts: _Int64


@kernel(inline="always")
def saturate(frequency: float) -> float:
    """Return what a length-normalised frequency counts for: 0 to k1 + 1."""
    return frequency * (K1 + 1.0) / (frequency + K1)


@kernel()
def _spread(row: int, amount: int, passages: Passages, work: Work) -> None:
    """Add a frequency to the windows that the row is in."""
    first = passages.before[row]
    if first >= 0:
        _wait(first, 4 * amount, work)
        if passages.before[first] >= 0:
            _wait(passages.before[first], 2 * amount, work)
    _wait(row, 10 * amount, work)
    second = passages.after[row]
    if second >= 0:
        _wait(second, 6 * amount, work)
        if passages.after[second] >= 0:
            _wait(passages.after[second], 3 * amount, work)


@kernel()
def _wait(row: int, amount: int, work: Work) -> None:
    if work.sums[row] == 0:
        work.pending[work.counts[_PENDING]] = row
        work.counts[_PENDING] += 1
    work.sums[row] += amount


@kernel()
def _touch(row: int, work: Work) -> None:
    if work.marks[row] == 0:
        work.marks[row] = 1
        work.touched[work.counts[_TOUCHED]] = row
        work.counts[_TOUCHED] += 1


@kernel()
def _post(
    row: int, count: int, idf: float, average: float, passages: Passages, work: Work
) -> None:
    """Score one posting; windows and sources wait until all of the term's are known."""
    if not passages.alive[row]:
        return
    frequency = count / (1.0 - B + B * passages.lengths[row] / average)
    score = np.float32(idf * saturate(frequency))
    source = passages.source[row]
    work.passage[row] += score
    if passages.before[row] < 0 and passages.after[row] < 0:
        # A passage that is all of its source is its own window and session.
        work.window[row] += score
        work.session[source] += score
        _touch(row, work)
        return
    _spread(row, np.int64(frequency * SCALE) + 1, passages, work)
    if work.source_sums[source] == 0:
        work.source_touched[work.counts[_SOURCES]] = source
        work.counts[_SOURCES] += 1
    work.source_sums[source] += count


@kernel()
def _settle(idf: float, average: float, passages: Passages, work: Work) -> None:
    """Score the windows and sources that wait at the end of a term."""
    for at in range(work.counts[_PENDING]):
        row = work.pending[at]
        work.window[row] += np.float32(idf * saturate(work.sums[row] / (10.0 * SCALE)))
        work.sums[row] = 0
        _touch(row, work)
    for at in range(work.counts[_SOURCES]):
        source = work.source_touched[at]
        norm = 1.0 - B + B * passages.source_lengths[source] / average
        work.session[source] += np.float32(idf * saturate(work.source_sums[source] / norm))
        work.source_sums[source] = 0
    work.counts[_PENDING] = 0
    work.counts[_SOURCES] = 0


@kernel()
def scan(
    terms: _Int32, idfs: _Float32, averages: tuple[float, float],
    postings: Postings, passages: Passages, work: Work,
) -> int:  # fmt: skip
    """Score every row that has one of the terms in it or near it.

    O(postings of the terms). Leaves the scores in `work` and the rows in `work.touched`.

    Args:
        terms: numbers of the terms, each once.
        idfs: their inverse document frequencies.
        averages: mean length of a passage and of a source.

    Returns:
        The number of touched rows.
    """
    average, source_average = averages
    for at in range(len(terms)):
        term, idf = terms[at], np.float64(idfs[at])
        if term < len(postings.starts) - 1:
            for place in range(postings.starts[term], postings.starts[term + 1]):
                _post(postings.rows[place], postings.counts[place], idf, average, passages, work)
        place = postings.heads[term]
        while place >= 0:
            row, count = postings.new_rows[place], postings.new_counts[place]
            _post(row, count, idf, average, passages, work)
            place = postings.nexts[place]
        _settle(idf, source_average, passages, work)
    n_touched = work.counts[_TOUCHED]
    work.counts[_TOUCHED] = 0
    return n_touched


@kernel()
def clean(n_touched: int, passages: Passages, work: Work) -> None:
    """Set back to zero what `scan` left. O(touched)."""
    for at in range(n_touched):
        row = work.touched[at]
        work.passage[row] = 0.0
        work.window[row] = 0.0
        work.marks[row] = 0
        work.session[passages.source[row]] = 0.0


@kernel()
def best_rows(
    scores: _Float32, n_touched: int, n_best: int, until: int, passages: Passages, work: Work
) -> _Int32:
    """Return the touched rows with the highest scores above zero, in no order.

    Of equal scores the earlier row is kept. O(touched) with a heap of `n_best`.
    """
    heap = np.empty(n_best, np.int32)
    size = 0
    for at in range(n_touched):
        row = work.touched[at]
        score = scores[row]
        if score <= 0.0 or passages.at[row] > until:
            continue
        if size < n_best:
            child = size
            size += 1
            while child > 0:
                parent = (child - 1) // 2
                if not _below(scores, row, heap[parent]):
                    break
                heap[child] = heap[parent]
                child = parent
            heap[child] = row
        elif _below(scores, heap[0], row):
            _sink(scores, heap, size, row)
    return heap[:size]


@kernel(inline="always")
def _below(scores: _Float32, row: int, other: int) -> bool:
    return scores[row] < scores[other] or (scores[row] == scores[other] and row > other)


@kernel()
def _sink(scores: _Float32, heap: _Int32, size: int, row: int) -> None:
    """Replace the lowest of the heap by a row."""
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        if child + 1 < size and _below(scores, heap[child + 1], heap[child]):
            child += 1
        if not _below(scores, heap[child], row):
            break
        heap[parent] = heap[child]
        parent = child
    heap[parent] = row
