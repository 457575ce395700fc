"""What ties two passages together for a question: names that both have, and what they cover."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.evidence import B_SENTENCE, Asked, find_term
from graphmem.core.kernels.lexical import MAX_SENTENCES, TITLE_BIT, Forward, saturate

__all__ = ["N_PAIR_FEATURES", "MentionLists", "PairInput", "mention_scores", "pair_features"]

_Float32 = npt.NDArray[np.float32]
_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Bits = npt.NDArray[np.uint64]
_Bools = npt.NDArray[np.bool_]
_Doubles = npt.NDArray[np.float64]

N_PAIR_FEATURES = 10
_ALL_SENTENCES = (1 << MAX_SENTENCES) - 1


class MentionLists(NamedTuple):
    """Which entities n passages mention.

    Attributes:
        starts: (n + 1,) where each passage's mentions begin.
        numbers: (m,) the entity of each mention.
        titled: (m,) whether it is what the passage's title names.
        names: (e, 4) the terms of each entity's name, -1 behind the last.
    """

    starts: _Int64
    numbers: _Int32
    titled: _Bools
    names: _Int32


class Words(NamedTuple):
    """One passage's terms, and names to look for in them.

    Attributes:
        names: (e, 4) the terms of each entity's name, -1 behind the last.
        found: the passage's terms in rising order.
        masks: the sentences that each stands in.
    """

    names: _Int32
    found: _Int32
    masks: npt.NDArray[np.uint16]


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
def mention_scores(
    rows: _Int64, first: _Int64, lists: MentionLists, asked: Asked, forward: Forward
) -> tuple[_Float32, _Float32, _Float32]:
    """Return how much is said with each mention, and with the titles of others.

    A title is meant by every sentence below it.
    O(rows x (terms + mentions x log terms) + first x rows x log terms).

    Args:
        rows: (n,) of the passages.
        first: (t,) positions of those whose and by whom titles are looked for.
        lists: what they mention.
        asked: the question.
        forward: of the index.

    Returns:
        (m,) by mention, (t, n) with the title of each row in each of the first, and (t, n) with
        the title of each of the first in each row; over the best score, -1 without the title.
    """
    n = len(rows)
    out = np.zeros(len(lists.numbers), np.float32)
    scores = np.zeros((n, MAX_SENTENCES), np.float64)
    said = np.full((len(first), n), -1.0, np.float32)
    said_back = np.full((len(first), n), -1.0, np.float32)
    places = np.full(n, -1, np.int64)
    places[first] = np.arange(len(first))
    titles = _titles(n, lists)
    for at in range(n):
        row = int(rows[at])
        n_sentences = _score_sentences(row, asked, forward, scores[at])
        old = row < forward.n_old
        found = forward.old_terms if old else forward.new_terms
        masks = forward.old_masks if old else forward.new_masks
        start, size = int(forward.starts[row]), int(forward.sizes[row])
        words = Words(lists.names, found[start : start + size], masks[start : start + size])
        _say_mentions(at, lists, words, scores[at, :n_sentences], out)
        _say_titles(titles[first], titles[at], words, scores[at, :n_sentences], said_back[:, at])
        if places[at] >= 0:
            _say_titles(titles, titles[at], words, scores[at, :n_sentences], said[places[at]])
    top = max(float(scores.max()), 1e-9) if n else 1.0
    return out / np.float32(top), _over(said, top), _over(said_back, top)


@kernel()
def _titles(n: int, lists: MentionLists) -> _Int64:
    """Return (n,) the entity that each passage's title names, -1 for none."""
    titles = np.full(n, -1, np.int64)
    for at in range(n):
        for mention in range(lists.starts[at], lists.starts[at + 1]):
            if lists.titled[mention]:
                titles[at] = lists.numbers[mention]
    return titles


@kernel()
def _say_mentions(
    at: int, lists: MentionLists, words: Words, scores: _Doubles, out: _Float32
) -> None:
    """Write the score of the best sentence with each mention of a row."""
    for mention in range(lists.starts[at], lists.starts[at + 1]):
        mask = _ALL_SENTENCES
        if not lists.titled[mention]:
            mask = _sentences_with(lists.numbers[mention], words)
        out[mention] = max(_best(mask, scores), 0.0)


@kernel()
def _say_titles(titles: _Int64, own: int, words: Words, scores: _Doubles, out: _Float32) -> None:
    """Write the score of the best sentence of a row with each title but its own."""
    for at in range(len(titles)):
        if titles[at] >= 0 and titles[at] != own:
            mask = _sentences_with(titles[at], words)
            if mask:
                out[at] = _best(mask, scores)


@kernel()
def _over(table: _Float32, top: float) -> _Float32:
    """Return scores over the best one; below 0 they say that there is none."""
    for at in range(table.shape[0]):
        for other in range(table.shape[1]):
            if table[at, other] > 0.0:
                table[at, other] /= top
    return table


@kernel(inline="always")
def _best(mask: int, scores: _Doubles) -> float:
    """Return the best score of the sentences in a mask; below 0 for an empty one."""
    best = -1.0
    for sentence in range(len(scores)):
        if mask & (1 << sentence):
            best = max(best, scores[sentence])
    return best


@kernel()
def _score_sentences(row: int, asked: Asked, forward: Forward, scores: _Doubles) -> int:
    """Write the BM25 of each sentence of a row with its title; return how many there are."""
    old = row < forward.n_old
    found = forward.old_terms if old else forward.new_terms
    masks = forward.old_masks if old else forward.new_masks
    lengths = forward.old_sentences if old else forward.new_sentences
    start, size = int(forward.starts[row]), int(forward.sizes[row])
    first, n_sentences = int(forward.sentence_starts[row]), int(forward.n_sentences[row])
    scores[:n_sentences] = 0.0
    for at in range(len(asked.terms)):
        place = find_term(int(asked.terms[at]), start, size, found)
        if place < 0:
            continue
        mask = np.int64(masks[place])
        for sentence in range(n_sentences):
            if mask & (TITLE_BIT | (1 << sentence)):
                share = lengths[first + sentence] / asked.sentence_average
                norm = 1.0 - B_SENTENCE + B_SENTENCE * share
                scores[sentence] += asked.idfs[at] * saturate(1.0 / norm)
    return n_sentences


@kernel()
def _sentences_with(name: int, words: Words) -> int:
    """Return the bits of a row's sentences that have all words of a name; none for no words."""
    names, found, masks = words.names, words.found, words.masks
    if names[name, 0] < 0:
        return 0
    mask = _ALL_SENTENCES
    for at in range(names.shape[1]):
        if names[name, at] < 0:
            break
        place = find_term(int(names[name, at]), 0, len(found), found)
        if place < 0:
            return 0
        held = int(masks[place])
        # A word of the title is said of every sentence below it.
        mask &= _ALL_SENTENCES if held & TITLE_BIT else held
    return mask


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
