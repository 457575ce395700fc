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
    "Sought",
    "Work",
    "best_rows",
    "clean",
    "rows_at",
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
    """What each row holds: its terms in rising order, with the sentences that they stand in,
    and bits of the terms that follow each.

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
    old_followers: _Bytes
    new_terms: _Int32
    new_masks: npt.NDArray[np.uint16]
    new_sentences: npt.NDArray[np.uint16]
    new_voices: _Bytes
    new_followers: _Bytes
    n_old: int


class Work(NamedTuple):
    """Scores by row and by source, all zero between searches, and room for lists of rows."""

    passage: _Float32
    window: _Float32
    session: _Float32
    best: _Float32
    sums: _Int32
    source_sums: _Int64
    marks: _Bytes
    touched: _Int32
    pending: _Int32
    rows: _Int32
    counts: _Int32


class Sought(NamedTuple):
    """What a question looks for.

    Attributes:
        terms: numbers of the terms, each once.
        idfs: their inverse document frequencies.
        n_whole: of the first so many terms every row is scored; of the others those rows that
            one of the first has brought, so that what is common costs little beside what is rare.
    """

    terms: _Int32
    idfs: _Float32
    n_whole: int


@kernel(inline="always")
def saturate(frequency: float) -> float:
    """Return what a length-normalised frequency counts for: 0 to k1 + 1."""
    return frequency * (K1 + 1.0) / (frequency + K1)


# Taking an array out of a tuple costs as much as scoring a posting, because numba counts
# references: so each helper takes what it needs once, and then loops over a term's postings.


@kernel()
def _collect(term: int, postings: Postings, alive: _Bytes, work: Work) -> int:
    """Write a term's living postings to `work.rows` and `work.counts`; return how many."""
    rows, counts = work.rows, work.counts
    n_found = 0
    if term < len(postings.starts) - 1:
        old_rows, old_counts = postings.rows, postings.counts
        for place in range(postings.starts[term], postings.starts[term + 1]):
            if alive[old_rows[place]]:
                rows[n_found] = old_rows[place]
                counts[n_found] = old_counts[place]
                n_found += 1
    new_rows, new_counts, nexts = postings.new_rows, postings.new_counts, postings.nexts
    place = postings.heads[term]
    while place >= 0:
        if alive[new_rows[place]]:
            rows[n_found] = new_rows[place]
            counts[n_found] = new_counts[place]
            n_found += 1
        place = nexts[place]
    return n_found


@kernel()
def _collect_touched(term: int, postings: Postings, work: Work) -> int:
    """Write those of a term's postings that are of touched rows, as `_collect` does."""
    rows, counts, marks = work.rows, work.counts, work.marks
    n_found = 0
    if term < len(postings.starts) - 1:
        old_rows, old_counts = postings.rows, postings.counts
        for place in range(postings.starts[term], postings.starts[term + 1]):
            # Written always and kept at times: a branch that goes either way costs more.
            rows[n_found] = old_rows[place]
            counts[n_found] = old_counts[place]
            n_found += int(marks[old_rows[place]])
    new_rows, new_counts, nexts = postings.new_rows, postings.new_counts, postings.nexts
    place = postings.heads[term]
    while place >= 0:
        rows[n_found] = new_rows[place]
        counts[n_found] = new_counts[place]
        n_found += int(marks[new_rows[place]])
        place = nexts[place]
    return n_found


@kernel()
def _score_passages(
    n_found: int, idf: float, average: float, passages: Passages, work: Work, n_touched: int
) -> int:
    """Score the passages, and those that are all of their source as windows and sessions too.

    The others' frequencies are left in `work.counts` in units of 1/SCALE. Returns the number
    of touched rows.
    """
    rows, counts, lengths = work.rows, work.counts, passages.lengths
    before, after, source = passages.before, passages.after, passages.source
    scores, windows, sessions = work.passage, work.window, work.session
    marks, touched, sums = work.marks, work.touched, work.source_sums
    for at in range(n_found):
        row = int(rows[at])
        frequency = counts[at] / (1.0 - B + B * lengths[row] / average)
        score = np.float32(idf * saturate(frequency))
        scores[row] += score
        if before[row] < 0 and after[row] < 0:
            windows[row] += score
            sessions[source[row]] += score
        else:
            sums[source[row]] += counts[at]
        counts[at] = np.int64(frequency * SCALE) + 1
        if marks[row] == 0:
            marks[row] = 1
            touched[n_touched] = row
            n_touched += 1
    return n_touched


@kernel()
def _score_windows(
    n_found: int, idf: float, passages: Passages, work: Work, n_touched: int
) -> int:
    """Score the windows that the term's passages are in; return the number of touched rows."""
    rows, counts, sums, pending = work.rows, work.counts, work.sums, work.pending
    before, after = passages.before, passages.after
    n_pending = 0
    for at in range(n_found):
        row, amount = int(rows[at]), int(counts[at])
        first, second = int(before[row]), int(after[row])
        if first < 0 and second < 0:
            continue
        far = before[first] if first >= 0 else -1
        further = after[second] if second >= 0 else -1
        for place in range(5):
            if place == 0:
                near, share = far, 2
            elif place == 1:
                near, share = first, 4
            elif place == 2:
                near, share = row, 10
            elif place == 3:
                near, share = second, 6
            else:
                near, share = further, 3
            if near >= 0:
                if sums[near] == 0:
                    pending[n_pending] = near
                    n_pending += 1
                sums[near] += share * amount
    return _settle_windows(n_pending, idf, work, n_touched)


@kernel()
def _settle_windows(n_pending: int, idf: float, work: Work, n_touched: int) -> int:
    windows, sums, pending = work.window, work.sums, work.pending
    marks, touched = work.marks, work.touched
    for at in range(n_pending):
        row = int(pending[at])
        windows[row] += np.float32(idf * saturate(sums[row] / (10.0 * SCALE)))
        sums[row] = 0
        if marks[row] == 0:
            marks[row] = 1
            touched[n_touched] = row
            n_touched += 1
    return n_touched


@kernel()
def _score_sessions(
    n_found: int, idf: float, average: float, passages: Passages, work: Work
) -> None:
    """Score the sources of several passages that the term stands in."""
    rows, sums, sessions, source = work.rows, work.source_sums, work.session, passages.source
    lengths = passages.source_lengths
    for at in range(n_found):
        number = int(source[int(rows[at])])
        if sums[number] > 0:
            norm = 1.0 - B + B * lengths[number] / average
            sessions[number] += np.float32(idf * saturate(sums[number] / norm))
            sums[number] = 0


@kernel()
def scan(
    sought: Sought, averages: tuple[float, float],
    postings: Postings, passages: Passages, work: Work,
) -> int:  # fmt: skip
    """Score every row that has one of the terms in it or near it.

    O(postings of the terms). Leaves the scores in `work` and the rows in `work.touched`.

    Args:
        sought: the terms.
        averages: mean length of a passage and of a source.

    Returns:
        The number of touched rows.
    """
    average, source_average = averages
    terms, idfs = sought.terms, sought.idfs
    n_touched = 0
    for at in range(len(terms)):
        idf = np.float64(idfs[at])
        if at < sought.n_whole:
            n_found = _collect(terms[at], postings, passages.alive, work)
        else:
            n_found = _collect_touched(terms[at], postings, work)
        n_touched = _score_passages(n_found, idf, average, passages, work, n_touched)
        n_touched = _score_windows(n_found, idf, passages, work, n_touched)
        _score_sessions(n_found, idf, source_average, passages, work)
    return n_touched


@kernel()
def clean(n_touched: int, passages: Passages, work: Work) -> None:
    """Set back to zero what `scan` left. O(touched)."""
    touched, scores, windows = work.touched, work.passage, work.window
    sessions, marks, source = work.session, work.marks, passages.source
    best = work.best
    for at in range(n_touched):
        row = int(touched[at])
        scores[row] = 0.0
        windows[row] = 0.0
        marks[row] = 0
        sessions[source[row]] = 0.0
        best[source[row]] = 0.0


@kernel()
def best_rows(
    scores: _Float32, n_best: int, n_touched: int, until: int, passages: Passages, work: Work
) -> tuple[_Int32, float]:
    """Return the touched rows with the highest scores above zero, in no order.

    Of equal scores the earlier row is kept. O(touched) with a heap of `n_best`.

    Returns:
        The rows, and the highest score of those left out; 0 where there are none.
    """
    heap = np.empty(n_best, np.int32)
    touched, moments = work.touched, passages.at
    size, left_out = 0, 0.0
    for at in range(n_touched):
        row = int(touched[at])
        score = scores[row]
        if score <= 0.0 or moments[row] > until:
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
            left_out = max(left_out, float(scores[heap[0]]))
            _sink(scores, heap, size, row)
        else:
            left_out = max(left_out, float(score))
    return heap[:size], left_out


@kernel()
def rows_at(
    scores: _Float32, score: float, n_touched: int, until: int, passages: Passages, work: Work
) -> _Int32:
    """Return the touched rows that have just this score. O(touched)."""
    found = np.empty(n_touched, np.int32)
    touched, moments = work.touched, passages.at
    n_found = 0
    for at in range(n_touched):
        row = int(touched[at])
        if scores[row] == score and moments[row] <= until:
            found[n_found] = row
            n_found += 1
    return found[:n_found]


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
