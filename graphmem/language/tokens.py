"""From text to words: spaCy's tokenizer without its blanks, and where lines must break."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

__all__ = [
    "BLANK_TOKEN", "Tokens", "forced_starts", "hard_breaks", "own_words", "tokenize",
    "word_offsets",
]  # fmt: skip

BLANK_TOKEN = re.compile(r"\A\s|\s\s|[^\S ]")
_LINE_END = re.compile(r"\n\s*")
_LIST_ITEM = re.compile(r"[-*•·#>|]|\(?\d{1,3}[.)]|[A-Za-z][.)]\s")
_WRAP_WIDTH = 55  # a line shorter than that was ended by its writer, not by its editor


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A text's words, ready for the pipeline.

    Attributes:
        doc: the words without blank tokens.
        offsets: (n, 2) int64 character offsets of the words in the text.
        forced: (n,) int64: 1 where a line's end forces a new sentence.
    """

    doc: Doc
    offsets: npt.NDArray[np.int64]
    forced: npt.NDArray[np.int64]


def tokenize(nlp: Language, text: str) -> Tokens:
    """Split a text into words; a line that ends on purpose ends a sentence."""
    doc = nlp.make_doc(text)
    offsets = word_offsets(doc)
    if not BLANK_TOKEN.search(text):
        return Tokens(doc, offsets, np.zeros(len(doc), np.int64))
    spans = [span for span in offsets.tolist() if not text[span[0] : span[1]].isspace()]
    offsets = np.array(spans, np.int64).reshape(-1, 2)
    return Tokens(own_words(doc, text, spans), offsets, forced_starts(offsets, hard_breaks(text)))


def own_words(doc: Doc, text: str, spans: list[list[int]]) -> Doc:
    """Return the words of a text that are no blanks as a document of their own.

    Args:
        doc: has the vocabulary.
        text: where the words stand.
        spans: their character offsets.
    """
    words = [text[start:end] for start, end in spans]
    spaces = [spans[i][1] < spans[i + 1][0] for i in range(len(spans) - 1)] + [False]
    return Doc(doc.vocab, words=words, spaces=spaces[: len(words)])


def word_offsets(doc: Doc) -> npt.NDArray[np.int64]:
    """Return (n, 2) character offsets of the words in the text."""
    columns = np.asarray(doc.to_array(["IDX", "LENGTH"])).astype(np.int64).reshape(-1, 2)
    columns[:, 1] += columns[:, 0]
    return columns


def hard_breaks(text: str) -> list[int]:
    """Return the offsets after line ends that also end a sentence."""
    breaks = []
    line_start = 0
    for match in _LINE_END.finditer(text):
        line = text[line_start : match.start()].rstrip()
        wrapped = (
            match.group().count("\n") == 1
            and len(line) >= _WRAP_WIDTH
            and line[-1:] not in ".!?:;"
            and not _LIST_ITEM.match(text, match.end())
        )
        if not wrapped:
            breaks.append(match.end())
        line_start = match.end()
    return breaks


def forced_starts(offsets: npt.NDArray[np.int64], breaks: list[int]) -> npt.NDArray[np.int64]:
    """Return (n,) 1 at the first word after each break."""
    forced = np.zeros(len(offsets), np.int64)
    first_words = np.searchsorted(offsets[:, 0], breaks)
    forced[first_words[first_words < len(offsets)]] = 1
    return forced
