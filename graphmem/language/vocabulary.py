"""The words of a text, with what the network and the rules read of each: found out once a word.

spaCy cuts a text at blanks and then cuts each piece alone, so that a piece gives the same words
wherever it stands. Here the pieces are kept with their words: to look up what is known takes a
fraction of the time that cutting, hashing and copying it again do.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from graphmem.core.kernels.hashed_rows import join_rows, sum_hashed_rows
from graphmem.language.tokens import (
    BLANK_TOKEN,
    Tokens,
    forced_starts,
    hard_breaks,
    own_words,
    word_offsets,
)

__all__ = ["ATTRIBUTES", "HASH_SEED", "MAX_ROWS", "Vocabulary", "Words"]

HASH_SEED = 7
ATTRIBUTES: tuple[str, ...] = ("NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY")
"""What the network reads of a word; the last says whether a blank follows it."""

MAX_ROWS = 40_000
"""Words that are kept at most: about 50 MB."""

_SHAPED = [*ATTRIBUTES[:-1], "LOWER"]
_PIECE = re.compile(r"\S+")
_FIRST_ROWS = 1_024
# A word that spaCy has no rule for: beside it, no rule joins the end of one piece to another.
_APART = " qqq "

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A text's words in order.

    Attributes:
        words: as they stand in the text.
        lower: the same in lower case.
        offsets: (n, 2) their character offsets.
        forced: (n,) 1 where a line's end forces a new sentence.
        hashed: (n, 5 · width) the sums of the hashed rows of `ATTRIBUTES`.
        keys: (n,) hashes of the words in lower case.
    """

    words: list[str]
    lower: list[str]
    offsets: Ints
    forced: Ints
    hashed: Floats
    keys: npt.NDArray[np.uint64]


class _Piece(NamedTuple):
    """What stands between two blanks: its words, where they start and end in it, their rows."""

    words: tuple[str, ...]
    lower: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    rows: tuple[int, ...]


class Vocabulary:
    """Splits texts into words; may be used from many threads at once.

    Args:
        nlp: its tokenizer splits.
        tables: the hashed embeddings of `ATTRIBUTES`, (rows, width) each.
    """

    def __init__(self, nlp: Language, tables: tuple[Floats, ...]) -> None:
        self._nlp, self._tables = nlp, tables
        self._width = tables[0].shape[1]
        # By whether the text has blanks that spaCy takes for words: then it tells the norm of a
        # word from the word alone, as in training.
        self._pieces: tuple[dict[str, _Piece], dict[str, _Piece]] = ({}, {})
        self._row_of: dict[tuple[int, ...], int] = {}
        self._hashed = np.empty((_FIRST_ROWS, 4 * self._width), np.float32)
        self._keys = np.empty(_FIRST_ROWS, np.uint64)
        self._blank = self._sums(np.array([[0], [1]], np.uint64), first=4)
        self._lock = Lock()

    @property
    def full(self) -> bool:
        """Whether it should be replaced by an empty one before it grows further."""
        return len(self._row_of) > MAX_ROWS

    def split(self, text: str) -> Words:
        """Split a text into words; a line that ends on purpose ends a sentence."""
        blanks = BLANK_TOKEN.search(text) is not None
        begins, found = self._find(text, blanks)
        words: list[str] = []
        lower: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        rows: list[int] = []
        for begin, (own, own_lower, own_starts, own_ends, own_rows) in zip(
            begins, found, strict=True
        ):
            words += own
            lower += own_lower
            rows += own_rows
            if len(own) == 1:  # as most have it
                starts.append(begin)
                ends.append(begin + own_ends[0])
            else:
                starts += [begin + at for at in own_starts]
                ends += [begin + at for at in own_ends]
        offsets = np.empty((len(words), 2), np.int64)
        offsets[:, 0] = starts
        offsets[:, 1] = ends
        forced = np.zeros(len(words), np.int64)
        if blanks:
            forced = forced_starts(offsets, hard_breaks(text))
        picked = np.array(rows, np.int64)
        hashed = self._picked(picked, self._followed(text, offsets, blanks=blanks))
        return Words(words, lower, offsets, forced, hashed, self._keys[picked])

    def of_doc(self, tokens: Tokens, text: str) -> Words:
        """Return words that somebody else has split, without keeping them."""
        doc = tokens.doc
        words = [text[start:end] for start, end in tokens.offsets.tolist()]
        keys = _columns(doc, list(ATTRIBUTES))
        lower = _columns(doc, ["LOWER"]).ravel()
        return Words(
            words, [word.lower() for word in words], tokens.offsets, tokens.forced,
            self._sums(keys), lower,
        )  # fmt: skip

    def _find(self, text: str, blanks: bool) -> tuple[list[int], list[_Piece]]:
        """Return the pieces of a text and where they start."""
        known = self._pieces[blanks]
        if blanks:
            spans = [(match.start(), match.group()) for match in _PIECE.finditer(text)]
            at, said = [start for start, _ in spans], [piece for _, piece in spans]
        else:
            said, at, start = text.split(" "), [], 0
            if not said[-1]:  # the blank at the end, or no text at all
                said.pop()
            for piece in said:
                at.append(start)
                start += len(piece) + 1
        found = list(map(known.get, said))
        if None in found:
            self._learn(dict.fromkeys(p for p in said if p not in known), known, bare=blanks)
        return at, [known[piece] for piece in said]

    def _followed(self, text: str, offsets: Ints, *, blanks: bool) -> Ints:
        """Return (n,) 1 where a blank follows a word."""
        followed = np.zeros(len(offsets), np.int64)
        followed[:-1] = offsets[:-1, 1] < offsets[1:, 0]
        if not blanks and text.endswith(" "):
            followed[-1:] = 1
        return followed

    def _picked(self, rows: Ints, followed: Ints) -> Floats:
        hashed = np.empty((len(rows), 5 * self._width), np.float32)
        join_rows(self._hashed, rows, self._blank, followed, hashed)
        return hashed

    def _learn(self, pieces: Collection[str], known: dict[str, _Piece], *, bare: bool) -> None:
        """Split pieces that are new, all at once, and keep what is in them."""
        text = _APART.join(pieces)
        doc = self._nlp.make_doc(text)
        spans = word_offsets(doc).tolist()
        if bare:
            doc = own_words(doc, text, spans)
        columns = _columns(doc, _SHAPED)
        with self._lock:
            rows = self._rows(columns)
            first = start = 0
            for piece in pieces:
                end, last = start + len(piece), first
                while last < len(spans) and spans[last][0] < end:
                    last += 1
                words = tuple(text[s:e] for s, e in spans[first:last])
                known[piece] = _Piece(
                    words, tuple(word.lower() for word in words),
                    tuple(s - start for s, _ in spans[first:last]),
                    tuple(e - start for _, e in spans[first:last]), tuple(rows[first:last]),
                )  # fmt: skip
                first, start = last + 1, end + len(_APART)

    def _rows(self, columns: npt.NDArray[np.uint64]) -> list[int]:
        """Return the rows of words, made where they are new."""
        said = [tuple(column) for column in columns.tolist()]
        fresh = [i for i, word in enumerate(said) if self._is_new(word)]
        if fresh:
            n_before = len(self._row_of) - len(fresh)
            self._grow(len(self._row_of))
            self._hashed[n_before : len(self._row_of)] = self._sums(columns[fresh, :4])
            self._keys[n_before : len(self._row_of)] = columns[fresh, 4]
        return [self._row_of[word] for word in said]

    def _is_new(self, word: tuple[int, ...]) -> bool:
        n_known = len(self._row_of)
        return self._row_of.setdefault(word, n_known) == n_known

    def _grow(self, n_rows: int) -> None:
        """Make room; who reads an old array finds all there that he knows of."""
        if n_rows > len(self._keys):
            more = max(n_rows - len(self._keys), len(self._keys))
            room = np.empty((more, self._hashed.shape[1]), np.float32)
            self._hashed = np.concatenate([self._hashed, room])
            self._keys = np.concatenate([self._keys, np.empty(more, np.uint64)])

    def _sums(self, keys: npt.NDArray[np.uint64], first: int = 0) -> Floats:
        """Return (n, columns · width) sums of four hashed rows for each column of `keys`."""
        out = np.empty((len(keys), keys.shape[1] * self._width), np.float32)
        for column in range(keys.shape[1]):
            table = self._tables[first + column]
            start = column * self._width
            sum_hashed_rows(keys[:, column], HASH_SEED + first + column, table, out, start)
        return out


def _columns(doc: Doc, attributes: list[str]) -> npt.NDArray[np.uint64]:
    columns = np.asarray(doc.to_array(list[int | str](attributes)))
    return columns.astype(np.uint64).reshape(-1, len(attributes))
