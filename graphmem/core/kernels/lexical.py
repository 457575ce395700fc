"""BM25 and its relatives over posting lists, for all passages that share a word with a question.

Scores are sums over the question's terms in their order, and windows are added up in whole
numbers, so a passage's score does not depend on where its postings are kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = ["Forward", "Passages", "Postings", "Work", "best_rows", "clean", "describe", "scan"]

_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Float32 = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]

K1 = 1.2
B = 0.75
B_SENTENCE = 0.4
MAX_SENTENCES = 12
# Frequencies in windows are whole numbers of 1/SCALE; the window's weights are tenths.
SCALE = 8192
TITLE_BIT = 1 << 15
# So many passages under one title are the parts of one document, and no longer one thing each.
MIN_SECTIONS = 12
_TITLED, _SECTION = 1, 4
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
    new_terms: _Int32
    new_masks: npt.NDArray[np.uint16]
    new_sentences: npt.NDArray[np.uint16]
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


@njit(cache=True, nogil=True, inline="always")
def _saturate(frequency: float) -> float:
    return frequency * (K1 + 1.0) / (frequency + K1)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _wait(row: int, amount: int, work: Work) -> None:
    if work.sums[row] == 0:
        work.pending[work.counts[_PENDING]] = row
        work.counts[_PENDING] += 1
    work.sums[row] += amount


@njit(cache=True, nogil=True)
def _touch(row: int, work: Work) -> None:
    if work.marks[row] == 0:
        work.marks[row] = 1
        work.touched[work.counts[_TOUCHED]] = row
        work.counts[_TOUCHED] += 1


@njit(cache=True, nogil=True)
def _post(
    row: int, count: int, idf: float, average: float, passages: Passages, work: Work
) -> None:
    """Score one posting; windows and sources wait until all of the term's are known."""
    if not passages.alive[row]:
        return
    frequency = count / (1.0 - B + B * passages.lengths[row] / average)
    score = np.float32(idf * _saturate(frequency))
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


@njit(cache=True, nogil=True)
def _settle(idf: float, average: float, passages: Passages, work: Work) -> None:
    """Score the windows and sources that wait at the end of a term."""
    for at in range(work.counts[_PENDING]):
        row = work.pending[at]
        work.window[row] += np.float32(idf * _saturate(work.sums[row] / (10.0 * SCALE)))
        work.sums[row] = 0
        _touch(row, work)
    for at in range(work.counts[_SOURCES]):
        source = work.source_touched[at]
        norm = 1.0 - B + B * passages.source_lengths[source] / average
        work.session[source] += np.float32(idf * _saturate(work.source_sums[source] / norm))
        work.source_sums[source] = 0
    work.counts[_PENDING] = 0
    work.counts[_SOURCES] = 0


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def clean(n_touched: int, passages: Passages, work: Work) -> None:
    """Set back to zero what `scan` left. O(touched)."""
    for at in range(n_touched):
        row = work.touched[at]
        work.passage[row] = 0.0
        work.window[row] = 0.0
        work.marks[row] = 0
        work.session[passages.source[row]] = 0.0


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True, inline="always")
def _below(scores: _Float32, row: int, other: int) -> bool:
    return scores[row] < scores[other] or (scores[row] == scores[other] and row > other)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def describe(
    rows: _Int64, terms: _Int32, order: _Int64, idfs: _Float32, mass: float,
    titles: _Int32, speakers: _Int32, sentence_average: float,
    frequencies: _Int32, n_passages: int,
    passages: Passages, forward: Forward, work: Work,
) -> tuple[_Float32, npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:  # fmt: skip
    """Return all features of some rows, and which terms each holds, alone and with neighbours.

    O(rows x terms x log(terms of a row)).

    Args:
        terms: numbers of the question's terms in rising order.
        order: for each of them its bit and its place in the question.
        idfs: their inverse document frequencies, as `terms` are ordered.
        mass: sum of all, those that no passage has included.
        titles: numbers of the titles that stand in the question.
        speakers: numbers of the speakers whom the question names.
        sentence_average: mean length of a sentence with its title.
        frequencies: by term: in how many passages it stands.
        n_passages: how many passages there are.
    """
    out = np.zeros((len(rows), 12), np.float32)
    covered = np.zeros(len(rows), np.uint64)
    near = np.zeros(len(rows), np.uint64)
    scores = np.zeros(MAX_SENTENCES + 1, np.float64)
    rarest = 1e-9
    for at in range(len(idfs)):
        rarest = max(rarest, idfs[at])
    for at in range(len(rows)):
        row = rows[at]
        covered[at] = _inside(
            row, terms, order, idfs, sentence_average, forward, scores, out[at], rarest
        )
        near[at] = covered[at]
        for neighbour in (passages.before[row], passages.after[row]):
            if neighbour >= 0:
                near[at] |= _holds(neighbour, terms, order, forward)
        out[at, 0] = work.passage[row]
        out[at, 1] = work.window[row]
        out[at, 6] = work.session[passages.source[row]]
        previous = passages.before[row]
        if previous >= 0 and passages.flags[previous] & 1:
            out[at, 7] = work.passage[previous]
        for speaker in speakers:
            if passages.speaker[row] == speaker:
                out[at, 8] = 1.0
        out[at, 9] = 1.0 if passages.flags[row] & 2 else 0.0
        out[at, 10] /= mass
        out[at, 11] = passages.kind[row]
        if passages.title[row] >= 0:
            if out[at, 11] == _TITLED and frequencies[passages.title[row]] >= MIN_SECTIONS:
                out[at, 11] = _SECTION
            title_mass = _title_mass(row, frequencies, n_passages, forward)
            out[at, 3] /= max(title_mass, 1e-9)
            for title in titles:
                if passages.title[row] == title:
                    out[at, 4] = min(1.0, title_mass / mass)
    return out, covered, near


@njit(cache=True, nogil=True)
def _find(term: int, start: int, size: int, found: _Int32) -> int:
    low, high = start, start + size
    while low < high:
        middle = (low + high) // 2
        if found[middle] < term:
            low = middle + 1
        else:
            high = middle
    return low if low < start + size and found[low] == term else -1


@njit(cache=True, nogil=True)
def _inside(
    row: int, terms: _Int32, order: _Int64, idfs: _Float32, average: float,
    forward: Forward, scores: npt.NDArray[np.float64], out: _Float32, rarest: float,
) -> np.uint64:  # fmt: skip
    """Fill what a row's own terms say; return the bits of the terms that it holds."""
    old = row < forward.n_old
    found = forward.old_terms if old else forward.new_terms
    masks = forward.old_masks if old else forward.new_masks
    lengths = forward.old_sentences if old else forward.new_sentences
    n_sentences = forward.n_sentences[row]
    first = forward.sentence_starts[row]
    scores[: n_sentences + 1] = 0.0
    bits = np.uint64(0)
    for at in range(len(terms)):
        place = _find(terms[at], forward.starts[row], forward.sizes[row], found)
        if place < 0:
            continue
        idf = np.float64(idfs[at])
        mask = np.int64(masks[place])
        bits |= np.uint64(1) << np.uint64(order[at])
        out[5] = max(out[5], idf / rarest)
        out[10] += idf
        if mask & TITLE_BIT:
            out[3] += idf
        for sentence in range(n_sentences):
            if mask & (TITLE_BIT | (1 << sentence)):
                norm = 1.0 - B_SENTENCE + B_SENTENCE * lengths[first + sentence] / average
                scores[sentence] += idf * _saturate(1.0 / norm)
    best = 0.0
    for sentence in range(n_sentences):
        best = max(best, scores[sentence])
    out[2] = best
    return bits


@njit(cache=True, nogil=True)
def _holds(row: int, terms: _Int32, order: _Int64, forward: Forward) -> np.uint64:
    found = forward.old_terms if row < forward.n_old else forward.new_terms
    bits = np.uint64(0)
    for at in range(len(terms)):
        if _find(terms[at], forward.starts[row], forward.sizes[row], found) >= 0:
            bits |= np.uint64(1) << np.uint64(order[at])
    return bits


@njit(cache=True, nogil=True)
def _title_mass(row: int, frequencies: _Int32, n_passages: int, forward: Forward) -> float:
    old = row < forward.n_old
    found = forward.old_terms if old else forward.new_terms
    masks = forward.old_masks if old else forward.new_masks
    mass = 0.0
    for place in range(forward.starts[row], forward.starts[row] + forward.sizes[row]):
        if masks[place] & TITLE_BIT:
            df = frequencies[found[place]]
            mass += np.log(1.0 + (n_passages - df + 0.5) / (df + 0.5))
    return mass
