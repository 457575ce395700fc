"""What the start of a discourse unit looks like, as hashed integer features.

The features follow segmenters such as Braud, Lacroix and Søgaard 2017 ("Does syntax help
discourse segmentation?", EMNLP): words, tags and relations nearby, and the highest
constituents that start here and that end just before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.language.labels import (
    AUX,
    CLAUSE,
    COP,
    DEP_BASES,
    DEP_FLAGS,
    LEADER,
    MARK,
    PUNCT,
    SUBJECT,
    TAG_FLAGS,
    VERB,
    dep_codes,
    tag_codes,
)
from graphmem.language.parse import Parse

__all__ = ["N_FEATURES", "TABLE_BITS", "unit_features"]

N_FEATURES = 49
TABLE_BITS = 17
_CLOSING = (35, 45)
_MASK = np.uint64((1 << TABLE_BITS) - 1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_PRIME = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)

Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]


def unit_features(parse: Parse) -> npt.NDArray[np.int32]:
    """Return (n, N_FEATURES) rows of the coefficient table for each word of a parse.

    Complexity: O(n · (N_FEATURES + depth of the trees)).
    """
    rows = np.zeros((len(parse), N_FEATURES), np.int32)
    if len(parse):
        bounds = np.array(parse.sentences, np.int64)
        heads = np.array(parse.heads, np.int64)
        tags, deps = tag_codes(parse.tags), dep_codes(parse.deps)
        _fill(parse.keys, tags, deps, heads, bounds, rows)
    return rows


@kernel()
def _mix(seed: np.uint64, value: np.uint64) -> np.uint64:
    mixed = (seed ^ (value * _GOLDEN)) * _PRIME
    return mixed ^ (mixed >> _SHIFT)


@kernel()
def _put(parts: Keys, feature: int, a: np.uint64, b: np.uint64, c: np.uint64) -> None:
    parts[0, feature] = a
    parts[1, feature] = b
    parts[2, feature] = c


@kernel()
def _hash(parts: Keys, row: npt.NDArray[np.int32], is_first: bool) -> None:
    """Turn the parts of all features into rows of the table, many at once."""
    for feature in range(N_FEATURES):
        mixed = _mix(_GOLDEN, np.uint64(feature + 1))
        mixed = _mix(mixed, parts[0, feature])
        mixed = _mix(mixed, parts[1, feature])
        mixed = _mix(mixed, parts[2, feature])
        row[feature] = np.int32(mixed & _MASK)
    if is_first:  # nothing closes before the first word of a sentence
        row[_CLOSING[0] : _CLOSING[1]] = 0


@kernel()
def _fill(
    keys: Keys, tags: Ints, deps: Ints, heads: Ints, bounds: Ints, rows: npt.NDArray[np.int32]
) -> None:
    n_words = len(keys)
    left, right = np.arange(n_words), np.arange(n_words)
    depth = np.zeros(n_words, np.int64)
    flags = np.zeros(n_words, np.int64)
    leaders = np.zeros(n_words, np.uint64)
    parts = np.zeros((3, N_FEATURES), np.uint64)
    _measure(keys, deps, heads, left, right, depth, flags, leaders)
    for sentence in range(len(bounds)):
        first, last = bounds[sentence, 0], bounds[sentence, 1]
        for token in range(first, last):
            _nearby(keys, tags, deps, first, last, token, parts)
            top = token
            while heads[top] != top and left[heads[top]] == token:
                top = heads[top]
            _opening(
                keys, tags, deps, heads, left, right, flags, leaders, first, token, top, parts
            )
            if token > first:
                _closing(keys, tags, deps, heads, left, right, flags, token, top, parts)
            _chain(keys, tags, deps, heads, depth, flags, first, token, top, parts)
            _hash(parts, rows[token], token == first)


@kernel()
def _measure(keys, deps, heads, left, right, depth, flags, leaders):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    """Fill, for each word, how far its subtree reaches, its depth, and what its children are."""
    n_words = len(keys)
    for token in range(n_words):
        node, steps = token, 0
        while heads[node] != node and steps < n_words:
            node = heads[node]
            steps += 1
            left[node] = min(left[node], token)
            right[node] = max(right[node], token)
        depth[token] = steps
        head = heads[token]
        if head != token:
            kind = DEP_FLAGS[deps[token]]
            flags[head] |= kind
            if kind & LEADER and token < head and leaders[head] == 0:
                leaders[head] = keys[token]


@kernel()
def _nearby(keys, tags, deps, first, last, token, parts):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    zero = np.uint64(0)
    word, tag, dep = keys[token], np.uint64(tags[token]), np.uint64(deps[token])
    word_1 = keys[token - 1] if token - 1 >= first else zero
    tag_1 = np.uint64(tags[token - 1]) if token - 1 >= first else zero
    dep_1 = np.uint64(deps[token - 1]) if token - 1 >= first else zero
    word_2 = keys[token - 2] if token - 2 >= first else zero
    tag_2 = np.uint64(tags[token - 2]) if token - 2 >= first else zero
    next_word = keys[token + 1] if token + 1 < last else zero
    next_tag = np.uint64(tags[token + 1]) if token + 1 < last else zero
    next_dep = np.uint64(deps[token + 1]) if token + 1 < last else zero
    tag_after = np.uint64(tags[token + 2]) if token + 2 < last else zero
    _put(parts, 0, word, zero, zero)
    _put(parts, 1, tag, zero, zero)
    _put(parts, 2, dep, zero, zero)
    _put(parts, 3, word_1, zero, zero)
    _put(parts, 4, tag_1, zero, zero)
    _put(parts, 5, dep_1, zero, zero)
    _put(parts, 6, next_word, zero, zero)
    _put(parts, 7, next_tag, zero, zero)
    _put(parts, 8, next_dep, zero, zero)
    _put(parts, 9, tag_after, zero, zero)
    _put(parts, 10, tag_2, zero, zero)
    _put(parts, 11, word_2, zero, zero)
    _put(parts, 12, word_1, word, zero)
    _put(parts, 13, word, next_tag, zero)
    _put(parts, 14, tag_1, tag, next_tag)
    _put(parts, 15, word, next_word, zero)
    _put(parts, 16, np.uint64(token == first), zero, zero)


@kernel()
def _is_verbal(tags, flags, token):  # type: ignore[no-untyped-def]
    return (TAG_FLAGS[tags[token]] & VERB) != 0 or (flags[token] & COP) != 0


@kernel()
def _size(n_words):  # type: ignore[no-untyped-def]
    if n_words < 4:
        return np.uint64(1 + (n_words > 1))
    return np.uint64(3 + (n_words > 7))


@kernel()
def _opening(keys, tags, deps, heads, left, right, flags, leaders, first, token, top, parts):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    """The highest constituent that starts at this word, and what governs it."""
    zero = np.uint64(0)
    head = heads[top]
    dep, tag = np.uint64(deps[top]), np.uint64(tags[top])
    verbal = np.uint64(_is_verbal(tags, flags, top))
    subject = np.uint64((flags[top] & SUBJECT) != 0)
    marked = np.uint64((flags[top] & MARK) != 0)
    aux = np.uint64((flags[top] & AUX) != 0)
    clause = verbal + np.uint64(2) * subject
    shape = clause + np.uint64(4) * marked + np.uint64(8) * aux
    before = np.uint64(head < top)
    head_tag, head_dep, head_word = np.uint64(tags[head]), np.uint64(deps[head]), keys[head]
    head_verbal = np.uint64(_is_verbal(tags, flags, head))
    leader, word = leaders[top], keys[token]
    word_1 = keys[token - 1] if token > first else zero
    comma = np.uint64(token > first and (TAG_FLAGS[tags[token - 1]] & PUNCT) != 0)
    size = _size(right[top] - left[top] + 1)
    _put(parts, 17, dep, tag, zero)
    _put(parts, 18, dep, shape, zero)
    _put(parts, 19, dep, before, head_tag)
    _put(parts, 20, dep, head_dep, zero)
    _put(parts, 21, dep, leader, zero)
    _put(parts, 22, dep, tag * np.uint64(2) + subject, leader)
    _put(parts, 23, dep, head_word, zero)
    _put(parts, 24, dep, keys[top], zero)
    _put(parts, 25, dep, subject, word_1)
    _put(parts, 26, dep, tag, size)
    _put(parts, 27, dep, clause, head_word)
    _put(parts, 28, size, zero, zero)
    _put(parts, 29, dep, word, tag)
    _put(parts, 30, dep, verbal, word)
    _put(parts, 31, dep, verbal, np.uint64(min(6, abs(head - token))))
    _put(parts, 32, dep, verbal, comma + np.uint64(2) * subject)
    _put(parts, 33, dep, head_verbal, clause + np.uint64(4) * marked)
    _put(parts, 34, dep, head_tag * np.uint64(64) + tag, leader)


@kernel()
def _closing(keys, tags, deps, heads, left, right, flags, token, top, parts):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    """The highest constituent that ended just before this word, and any clause in it."""
    zero = np.uint64(0)
    last = token - 1
    node = last
    clause = zero
    while True:
        if DEP_FLAGS[deps[node]] & CLAUSE and right[node] == last:
            clause = np.uint64(deps[node]) * np.uint64(2)
            clause += np.uint64(right[node] - left[node] > 2)
        if heads[node] == node or right[heads[node]] != last:
            break
        node = heads[node]
    dep, verbal = np.uint64(deps[node]), np.uint64(_is_verbal(tags, flags, node))
    n_words = right[node] - left[node]
    size = np.uint64(min(2, (n_words + 1) // 2))
    kind = dep * np.uint64(2) + verbal
    word_1, dep_here, tag_here = keys[last], np.uint64(deps[token]), np.uint64(tags[token])
    opening = np.uint64(deps[top]) * np.uint64(2) + np.uint64(_is_verbal(tags, flags, top))
    _put(parts, 35, kind, zero, zero)
    _put(parts, 36, kind, size, word_1)
    _put(parts, 37, kind, opening, zero)
    _put(parts, 38, dep, np.uint64(tags[node]), keys[token])
    _put(parts, 39, kind, dep_here, zero)
    _put(parts, 40, kind, tag_here, np.uint64(heads[node] > last))
    _put(parts, 41, clause, zero, zero)
    _put(parts, 42, clause, dep_here, zero)
    _put(parts, 43, clause, tag_here, zero)
    _put(parts, 44, clause, word_1, zero)


@kernel()
def _chain(keys, tags, deps, heads, depth, flags, first, token, top, parts):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    """The relations from this word up to the highest constituent that starts here."""
    bases = np.zeros(3, np.uint64)
    node = token
    while True:
        bases[0], bases[1], bases[2] = bases[1], bases[2], np.uint64(DEP_BASES[deps[node]])
        if node == top:
            break
        node = heads[node]
    marked = token > first and (TAG_FLAGS[tags[token - 1]] & PUNCT) != 0
    mark = keys[token - 1] if marked else np.uint64(0)
    dep, deep = np.uint64(deps[top]), depth[top]
    clause = np.uint64(_is_verbal(tags, flags, top))
    clause += np.uint64(2) * np.uint64((flags[top] & SUBJECT) != 0)
    _put(parts, 45, bases[0], bases[1], bases[2])
    _put(parts, 46, mark, dep, clause)
    _put(parts, 47, np.uint64(min(4, deep)), np.uint64(0), np.uint64(0))
    _put(parts, 48, dep, np.uint64(min(3, deep)), np.uint64(0))
