"""Texts that are longer than what the encoder sees at once: cut at sentences, then joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphmem.core.extraction import Extraction
from graphmem.language.sentences import surface_sentences
from graphmem.ports import Encoding

__all__ = ["cut_windows", "is_covered", "join_windows", "slice_encoding"]

_WINDOW = 800  # characters: about 180 word pieces of English, 70 fewer than the encoder sees


def is_covered(text: str, encoding: Encoding) -> bool:
    """Whether the encoder saw the text up to its last character that is no blank."""
    seen = int(encoding.offsets[-1, 1]) if len(encoding.offsets) else 0
    # The last few characters may be ones that have no piece of their own.
    return len(text.rstrip()) - seen <= 8


def cut_windows(text: str, size: int = _WINDOW) -> list[tuple[int, int]]:
    """Return the offsets of neighbouring sentences up to `size` characters together.

    A sentence that is longer alone is cut at blanks, or in its middle where it has none.
    """
    windows: list[tuple[int, int]] = []
    for start, end in surface_sentences(text):
        if windows and end - windows[-1][0] <= size:
            windows[-1] = (windows[-1][0], end)
            continue
        while end - start > size:
            cut = text.rfind(" ", start + size // 2, start + size)
            cut = start + size if cut < 0 else cut
            windows.append((start, cut))
            start = cut + (text[cut] == " ")
        windows.append((start, end))
    return windows


def slice_encoding(encoding: Encoding, start: int, end: int) -> Encoding:
    """Return what an encoding of the whole text says of `text[start:end]`."""
    pieces = encoding.offsets
    inside = (pieces[:, 0] >= start) & (pieces[:, 1] <= end)
    offsets = (pieces[inside] - start).astype(np.int32)
    return Encoding(encoding.vector, encoding.states[inside], offsets)


def join_windows(parts: Sequence[tuple[int, Extraction]]) -> Extraction:
    """Join the extractions of windows, each with the offset at which its window starts."""
    if len(parts) == 1 and not parts[0][0]:
        return parts[0][1]
    languages = [part.language for _, part in parts if part.language]
    return Extraction(
        language=max(languages, key=languages.count) if languages else None,
        parsed=any(part.parsed for _, part in parts),
        sentences=tuple((a + at, b + at) for at, part in parts for a, b in part.sentences),
        mentions=tuple(
            mention._replace(start=mention.start + at, end=mention.end + at)
            for at, part in parts
            for mention in part.mentions
        ),
        events=tuple(
            event._replace(start=event.start + at, end=event.end + at)
            for at, part in parts
            for event in part.events
        ),
        propositions=tuple(
            draft._replace(start=draft.start + at, end=draft.end + at)
            for at, part in parts
            for draft in part.propositions
        ),
    )
