"""How much of a question is said with each name: the score of the best sentence that has it.

Some thousand names are looked for in some hundred passages, so each passage's terms are looked up
among the words of the names, once, and not the other way round.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.evidence import B_SENTENCE, Asked, find_term
from graphmem.core.kernels.lexical import MAX_SENTENCES, TITLE_BIT, Forward, saturate

__all__ = ["MentionLists", "SaidWith", "mention_scores"]

_Float32 = npt.NDArray[np.float32]
_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]
_Doubles = npt.NDArray[np.float64]

_ALL_SENTENCES = (1 << MAX_SENTENCES) - 1
_NONE = -1
# Spreads terms over a table (Fibonacci hashing, Knuth, volume 3, section 6.4).
_SPREAD = 0x9E3779B97F4A7


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


class SaidWith(NamedTuple):
    """What n passages say with names, as shares of the best score of all.

    Attributes:
        mentions: (m,) with each mention.
        asked: (e,) whether the question has all words of the name.
        titles: (t, n) in each of the first with the title of each row, -1 without it.
        by_titles: (t, n) in each row with the title of each of the first, -1 without it.
        title_names: (n, 4) the terms of each row's title, -1 behind the last.
    """

    mentions: _Float32
    asked: _Bools
    titles: _Float32
    by_titles: _Float32
    title_names: _Int32


class _Words(NamedTuple):
    """The words of all names.

    Attributes:
        table: number of a word by its slot, -1 for none.
        terms: (w,) the term of each.
        names: (e, 4) the words of each name, -1 behind the last.
        held: (w,) in which sentences of the passage at hand each stands.
    """

    table: _Int32
    terms: _Int32
    names: _Int32
    held: _Int64


@kernel()
def mention_scores(
    rows: _Int64, first: _Int64, lists: MentionLists, asked: Asked, forward: Forward
) -> SaidWith:
    """Return how much is said with each mention, and with the titles of others.

    A title is meant by every sentence below it. O(rows x (terms + mentions + first) + names).

    Args:
        rows: (n,) of the passages.
        first: (t,) positions of those whose and by whom titles are looked for.
        lists: what they mention.
        asked: the question.
        forward: of the index.
    """
    n = len(rows)
    out = np.zeros(len(lists.numbers), np.float32)
    scores = np.zeros(MAX_SENTENCES, np.float64)
    said = np.full((len(first), n), -1.0, np.float32)
    said_back = np.full((len(first), n), -1.0, np.float32)
    titles, places = _titles(n, lists), np.full(n, _NONE, np.int64)
    title_of_first = np.empty(len(first), np.int64)
    for place in range(len(first)):
        places[first[place]] = place
        title_of_first[place] = titles[first[place]]
    words, top = _words_of(lists.names), 1e-9
    for at in range(n):
        row = int(rows[at])
        best = scores[: _score_sentences(row, asked, forward, scores)]
        own = titles[at]
        for score in best:
            top = max(top, score)
        _hold(row, words, forward)
        _say_mentions(at, lists, words, best, out)
        _say_titles(title_of_first, own, words, best, said_back[:, at])
        if places[at] >= 0:
            _say_titles(titles, own, words, best, said[places[at]])
    _divide(out, np.float32(top))
    for place in range(len(first)):
        _divide(said[place], np.float32(top))
        _divide(said_back[place], np.float32(top))
    return SaidWith(out, _all_asked(words, asked), said, said_back, _title_names(titles, lists))


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
def _title_names(titles: _Int64, lists: MentionLists) -> _Int32:
    """Return (n, 4) the terms of each passage's title, -1 behind the last."""
    names = lists.names
    out = np.full((len(titles), names.shape[1]), _NONE, np.int32)
    for at in range(len(titles)):
        if titles[at] >= 0:
            for word in range(names.shape[1]):
                out[at, word] = names[titles[at], word]
    return out


@kernel()
def _words_of(names: _Int32) -> _Words:
    """Return the words of names under numbers of their own. O(names)."""
    room = 16
    while room < 2 * names.size:
        room *= 2
    table = np.full(room, _NONE, np.int32)
    terms, size = np.empty(names.size, np.int32), 0
    local = np.full(names.shape, _NONE, np.int32)
    for name in range(names.shape[0]):
        for at in range(names.shape[1]):
            term = names[name, at]
            if term < 0:
                break
            slot = _slot(term, table, terms)
            if table[slot] < 0:
                table[slot], terms[size] = size, term
                size += 1
            local[name, at] = table[slot]
    return _Words(table, terms[:size].copy(), local, np.zeros(size, np.int64))


@kernel(inline="always")
def _slot(term: int, table: _Int32, terms: _Int32) -> int:
    """Return where a term is in the table, or where it would go."""
    mask = len(table) - 1
    slot = int((np.int64(term) * _SPREAD) >> 20) & mask
    while table[slot] >= 0 and terms[table[slot]] != term:
        slot = (slot + 1) & mask
    return slot


@kernel()
def _hold(row: int, words: _Words, forward: Forward) -> None:
    """Write in which sentences of a row the words stand."""
    old = row < forward.n_old
    found = forward.old_terms if old else forward.new_terms
    masks = forward.old_masks if old else forward.new_masks
    table, terms, held = words.table, words.terms, words.held
    start, size = int(forward.starts[row]), int(forward.sizes[row])
    held[:] = 0
    for place in range(start, start + size):
        number = table[_slot(found[place], table, terms)]
        if number >= 0:
            mask = int(masks[place])
            # A word of the title is said of every sentence below it.
            held[number] = _ALL_SENTENCES if mask & TITLE_BIT else mask


@kernel(inline="always")
def _sentences_with(name: int, names: _Int32, held: _Int64) -> int:
    """Return the bits of the sentences that have all words of a name; none for no words."""
    if names[name, 0] < 0:
        return 0
    mask = _ALL_SENTENCES
    for at in range(names.shape[1]):
        word = names[name, at]
        if word < 0 or mask == 0:
            break
        mask &= int(held[word])
    return mask


@kernel()
def _say_mentions(
    at: int, lists: MentionLists, words: _Words, scores: _Doubles, out: _Float32
) -> None:
    """Write the score of the best sentence with each mention of a row."""
    # Arrays are taken out of their tuples first: inside a loop that costs more than the work.
    numbers, titled, names, held = lists.numbers, lists.titled, words.names, words.held
    for mention in range(lists.starts[at], lists.starts[at + 1]):
        mask = _ALL_SENTENCES
        if not titled[mention]:
            mask = _sentences_with(numbers[mention], names, held)
        out[mention] = max(_best(mask, scores), 0.0)


@kernel()
def _say_titles(titles: _Int64, own: int, words: _Words, scores: _Doubles, out: _Float32) -> None:
    """Write the score of the best sentence of a row with each title but its own."""
    names, held = words.names, words.held
    for at in range(len(titles)):
        if titles[at] >= 0 and titles[at] != own:
            mask = _sentences_with(titles[at], names, held)
            if mask:
                out[at] = _best(mask, scores)


@kernel()
def _all_asked(words: _Words, asked: Asked) -> _Bools:
    """Return (e,) whether the question has all words of each name; not where it has none."""
    names, table, terms, held = words.names, words.table, words.terms, words.held
    held[:] = 0
    for term in asked.terms:
        number = table[_slot(term, table, terms)]
        if number >= 0:
            held[number] = 1
    out = np.empty(len(names), np.bool_)
    for name in range(len(names)):
        out[name] = _sentences_with(name, names, held) & 1
    return out


@kernel()
def _divide(scores: _Float32, top: np.float32) -> None:
    """Divide scores by the best one; below 0 they say that there is none."""
    for at in range(len(scores)):
        if scores[at] > 0.0:
            scores[at] /= top


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
    terms, idfs, average = asked.terms, asked.idfs, asked.sentence_average
    start, size = int(forward.starts[row]), int(forward.sizes[row])
    first, n_sentences = int(forward.sentence_starts[row]), int(forward.n_sentences[row])
    scores[:n_sentences] = 0.0
    for at in range(len(terms)):
        place = find_term(int(terms[at]), start, size, found)
        if place < 0:
            continue
        mask = np.int64(masks[place])
        for sentence in range(n_sentences):
            if mask & (TITLE_BIT | (1 << sentence)):
                share = lengths[first + sentence] / average
                norm = 1.0 - B_SENTENCE + B_SENTENCE * share
                scores[sentence] += idfs[at] * saturate(1.0 / norm)
    return n_sentences
