"""Sentences as character offsets, with a parse and without."""

from __future__ import annotations

import re

from graphmem.language.parse import Parse

__all__ = ["sentence_offsets", "sentence_openings", "surface_sentences"]

# A sentence ends where the last group of a match starts: closing quotes belong to it.
_END = re.compile(r"[.!?…][\"'”’)\]]*(\s+)|[。！？]()|(\n)\s*")


def sentence_offsets(parse: Parse) -> tuple[tuple[int, int], ...]:
    """Return the offsets of the parser's sentences; blanks between them belong to none."""
    return tuple((parse.starts[start], parse.ends[end - 1]) for start, end in parse.sentences)


def surface_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the offsets of sentences cut at final punctuation and line ends."""
    spans = []
    start = 0
    for match in [*_END.finditer(text), None]:
        end = len(text) if match is None else match.start(match.lastindex or 0)
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            spans.append((start + lead, start + len(piece.rstrip())))
        start = end if match is None else match.end()
    return tuple(spans)


def sentence_openings(parse: Parse) -> set[int]:
    """Return the first words of sentences that something ends before.

    The parser also cuts where nothing does: "Last Friday | I went to Rome".
    """
    starts = [start for start, _ in parse.sentences]
    ends = (".", "!", "?", "…", ":", ";", '"', "”", "'", "’", ")", "]")
    return {
        start
        for start in starts
        if start == 0
        or parse.words[start - 1].endswith(ends)
        or "\n" in parse.text[parse.ends[start - 1] : parse.starts[start]]
    }
