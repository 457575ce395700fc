"""What the words of a question say about single passages: the features and the evidence.

Called for some hundred rows after `scan`, whose scores are still in `Work`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.lexical import (
    MAX_SENTENCES,
    TITLE_BIT,
    Forward,
    Passages,
    Work,
    saturate,
)
from graphmem.core.lexical import Feature

__all__ = ["MIN_SECTIONS", "Asked", "describe", "find_term", "owned"]

_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Float32 = npt.NDArray[np.float32]
_Bits = npt.NDArray[np.uint64]

B_SENTENCE = 0.4
# So many passages under one title are the parts of one document, and no longer one thing each.
MIN_SECTIONS = 12
_TITLED, _SECTION = 1, 4
_N_FEATURES = len(Feature)
# A turn of more sentences speaks of several things: then a window is three of its sentences.
_SHORT = 3


class Asked(NamedTuple):
    """A question for the kernels.

    Attributes:
        terms: numbers of the terms in the order of the question.
        order: the place of each in the question, which is its bit.
        idfs: their inverse document frequencies.
        mass: sum of all, those that no passage has included.
        rarest: the largest of `idfs`, above 0.
        titles: numbers of the titles that stand in the question.
        speakers: numbers of the speakers whom the question names.
        sentence_average: mean length of a sentence with its title.
        frequencies: by term: in how many passages it stands.
        n_passages: how many passages there are.
    """

    terms: _Int32
    order: _Int64
    idfs: _Float32
    mass: float
    rarest: float
    titles: _Int32
    speakers: _Int32
    sentence_average: float
    frequencies: _Int32
    n_passages: int


@kernel()
def describe(
    rows: _Int64, asked: Asked, passages: Passages, forward: Forward, work: Work
) -> tuple[_Float32, _Bits, _Bits, _Bits]:
    """Return features of some rows, and the bits of the terms in each, in its window, around it.

    The columns up to `Feature.KIND` are filled; `mark` and `compare_months` fill the others.

    The window of a short passage is it and its neighbours; of a longer one, the three of its
    sentences that hold most. Around it are it and its neighbours, whatever its length.
    O(rows x terms x (log(terms of a row) + sentences)).
    """
    out = np.zeros((len(rows), _N_FEATURES), np.float32)
    covered = np.zeros(len(rows), np.uint64)
    near = np.zeros(len(rows), np.uint64)
    scores = np.zeros(MAX_SENTENCES, np.float64)
    bits = np.zeros(MAX_SENTENCES, np.uint64)
    for at in range(len(rows)):
        row = int(rows[at])
        covered[at] = _from_words(row, asked, forward, scores, bits, out[at])
        _from_place(row, asked, passages, work, out[at])
        if passages.title[row] >= 0:
            _from_title(row, asked, passages, forward, out[at])
        if forward.n_sentences[row] > _SHORT:
            near[at] = _best_window(int(forward.n_sentences[row]), asked, bits)
    around = _with_neighbours(rows, covered, asked, (passages, forward), work)
    for at in range(len(rows)):
        if forward.n_sentences[rows[at]] <= _SHORT:
            near[at] = around[at]
    return out, covered, near, around


@kernel(inline="always")
def _from_words(
    row: int, asked: Asked, forward: Forward,
    scores: npt.NDArray[np.float64], bits: _Bits, out: _Float32,
) -> np.uint64:  # fmt: skip
    """Fill what a row's own terms say; return the bits of the terms that it holds."""
    old = row < forward.n_old
    found = forward.old_terms if old else forward.new_terms
    masks = forward.old_masks if old else forward.new_masks
    lengths = forward.old_sentences if old else forward.new_sentences
    n_sentences = int(forward.n_sentences[row])
    first = int(forward.sentence_starts[row])
    scores[:n_sentences] = 0.0
    bits[:n_sentences] = np.uint64(0)
    held = np.uint64(0)
    # Arrays are taken out of their tuples first: inside a loop that costs more than the work.
    terms, idfs, order = asked.terms, asked.idfs, asked.order
    start, size = int(forward.starts[row]), int(forward.sizes[row])
    rarest, mass, average = asked.rarest, asked.mass, asked.sentence_average
    for at in range(len(terms)):
        place = find_term(int(terms[at]), start, size, found)
        if place < 0:
            continue
        idf = np.float64(idfs[at])
        mask = np.int64(masks[place])
        bit = np.uint64(1) << np.uint64(order[at])
        held |= bit
        out[5] = max(out[5], idf / rarest)
        out[10] += idf / mass
        if mask & TITLE_BIT:
            out[3] += idf
        for sentence in range(n_sentences):
            if mask & (TITLE_BIT | (1 << sentence)):
                share = lengths[first + sentence] / average
                scores[sentence] += idf * saturate(1.0 / (1.0 - B_SENTENCE + B_SENTENCE * share))
                bits[sentence] |= bit
    for sentence in range(n_sentences):
        out[2] = max(out[2], scores[sentence])
    return held


@kernel(inline="always")
def _from_place(row: int, asked: Asked, passages: Passages, work: Work, out: _Float32) -> None:
    """Fill what a row's place, speaker and kind say."""
    out[0] = work.passage[row]
    out[1] = work.window[row]
    out[6] = work.session[passages.source[row]]
    previous = passages.before[row]
    # A row that came after the scan has no score and no place in `work`.
    if 0 <= previous < len(work.passage) and passages.flags[previous] & 1:
        out[7] = work.passage[previous]
    for speaker in asked.speakers:
        if passages.speaker[row] == speaker:
            out[8] = 1.0
    out[9] = 1.0 if passages.flags[row] & 2 else 0.0
    out[11] = passages.kind[row]
    if passages.kind[row] == _TITLED and asked.frequencies[passages.title[row]] >= MIN_SECTIONS:
        out[11] = _SECTION


@kernel(inline="always")
def _from_title(
    row: int, asked: Asked, passages: Passages, forward: Forward, out: _Float32
) -> None:
    """Fill how far the question names the row's title."""
    old = row < forward.n_old
    found = forward.old_terms if old else forward.new_terms
    masks = forward.old_masks if old else forward.new_masks
    mass = 1e-9
    frequencies, n_passages, start = asked.frequencies, asked.n_passages, int(forward.starts[row])
    for place in range(start, start + int(forward.sizes[row])):
        if masks[place] & TITLE_BIT:
            df = frequencies[found[place]]
            mass += np.log(1.0 + (n_passages - df + 0.5) / (df + 0.5))
    out[3] /= mass
    for title in asked.titles:
        if passages.title[row] == title:
            out[4] = min(1.0, mass / asked.mass)


@kernel()
def _best_window(n_sentences: int, asked: Asked, bits: _Bits) -> np.uint64:
    """Return the bits of the three sentences in a row that hold most of the question."""
    best, best_mass = np.uint64(0), -1.0
    idfs, order = asked.idfs, asked.order
    for middle in range(n_sentences):
        held = bits[middle]
        if middle > 0:
            held |= bits[middle - 1]
        if middle + 1 < n_sentences:
            held |= bits[middle + 1]
        mass = 0.0
        for at in range(len(idfs)):
            if (held >> np.uint64(order[at])) & np.uint64(1):
                mass += idfs[at]
        if mass > best_mass:
            best, best_mass = held, mass
    return best


@kernel()
def find_term(term: int, start: int, size: int, found: _Int32) -> int:
    """Return where a row's terms have this one, -1 where they do not."""
    low, high = start, start + size
    while low < high:
        middle = (low + high) // 2
        if found[middle] < term:
            low = middle + 1
        else:
            high = middle
    return low if low < start + size and found[low] == term else -1


@kernel()
def _with_neighbours(
    rows: _Int64, covered: _Bits, asked: Asked, index: tuple[Passages, Forward], work: Work
) -> _Bits:
    """Return the bits of the terms in each row, which are given, and in those beside it."""
    passages, forward = index
    before, after, scores = passages.before, passages.after, work.passage
    starts, sizes = forward.starts, forward.sizes
    old_terms, new_terms, n_old = forward.old_terms, forward.new_terms, forward.n_old
    terms, order = asked.terms, asked.order
    around = covered.copy()
    for at in range(len(rows)):
        row = int(rows[at])
        for side in range(2):
            beside = int(before[row] if side == 0 else after[row])
            # Without a score it holds none, unless it came after the scan.
            if beside < 0 or (beside < len(scores) and scores[beside] <= 0.0):
                continue
            found = old_terms if beside < n_old else new_terms
            start, size = int(starts[beside]), int(sizes[beside])
            for term in range(len(terms)):
                bit = np.uint64(1) << np.uint64(order[term])
                if not around[at] & bit and find_term(int(terms[term]), start, size, found) >= 0:
                    around[at] |= bit
    return around


@kernel()
def owned(
    rows: _Int64, asked: Asked, speaker: int, passages: Passages, forward: Forward
) -> tuple[_Float32, _Float32]:
    """Return the mass of terms that each row says of a speaker, and of the others.

    A term of the turn before or after counts for nine tenths. O(rows x terms x sentences).
    """
    of_speaker = np.zeros(len(rows), np.float32)
    of_others = np.zeros(len(rows), np.float32)
    for at in range(len(rows)):
        row = int(rows[at])
        for term in range(len(asked.terms)):
            best, best_other = _owner_shares(row, asked.terms[term], speaker, passages, forward)
            for neighbour in (int(passages.before[row]), int(passages.after[row])):
                if neighbour >= 0:
                    own, other = _owner_shares(
                        neighbour, asked.terms[term], speaker, passages, forward
                    )
                    best = max(best, 0.9 * own)
                    best_other = max(best_other, 0.9 * other)
            of_speaker[at] += asked.idfs[term] * best
            of_others[at] += asked.idfs[term] * best_other
    return of_speaker, of_others


@kernel()
def _owner_shares(
    row: int, term: int, speaker: int, passages: Passages, forward: Forward
) -> tuple[float, float]:
    """Return how far a row's sentences with the term are about the speaker, and about others."""
    old = row < forward.n_old
    found = forward.old_terms if old else forward.new_terms
    masks = forward.old_masks if old else forward.new_masks
    voices = forward.old_voices if old else forward.new_voices
    place = find_term(term, forward.starts[row], forward.sizes[row], found)
    if place < 0:
        return 0.0, 0.0
    first = int(forward.sentence_starts[row])
    of_author, of_other = 0.0, 0.0
    for sentence in range(forward.n_sentences[row]):
        if masks[place] & (1 << sentence):
            author, other = _voice_shares(int(voices[first + sentence]))
            of_author = max(of_author, author)
            of_other = max(of_other, other)
    if passages.speaker[row] == speaker:
        return of_author, of_other
    return of_other, of_author


@kernel()
def _voice_shares(voice: int) -> tuple[float, float]:
    """Return how far a sentence is about who says it, and about who is spoken to."""
    if voice & 3 == 1:
        return 1.0, 0.0
    if voice & 3 == 2:
        return (0.0 if voice & 4 else 0.3), 1.0
    if voice & 3 == 3:
        return 1.0, 0.6
    return 0.9, 0.3
