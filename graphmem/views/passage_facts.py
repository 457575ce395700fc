"""What the text index keeps of a passage besides its words, as numbers."""

from __future__ import annotations

from math import floor, log1p

import numpy as np

from graphmem.core.kernels.marks import LENGTH_SCALE
from graphmem.core.lexical import PassageKind
from graphmem.core.terms import is_person, is_user, words
from graphmem_schemas import Passage

__all__ = ["ASKS", "LONG_AGO", "flags_of", "kind_of", "seconds_of", "text_length", "title_key"]

LONG_AGO = int(np.iinfo(np.int64).min)
ASKS, _USER = 1, 2  # bits of `flags_of`
# The end of a turn is where its question to the other speaker stands.
_ASKING_CHARS = 40


def kind_of(passage: Passage) -> PassageKind:
    """Return what sort of text the passage is."""
    if is_person(passage.speaker):
        return PassageKind.PERSON_TURN
    if passage.speaker:
        return PassageKind.ROLE_TURN
    return PassageKind.TITLED if passage.title else PassageKind.NOTE


def flags_of(passage: Passage) -> int:
    """Return whether it asks something (1) and whether the user says it (2)."""
    asks = ASKS if "?" in passage.text[-_ASKING_CHARS:] else 0
    return asks | (_USER if is_user(passage.speaker) else 0)


def seconds_of(passage: Passage) -> int:
    """Return when it was said, in seconds since 1970; `LONG_AGO` where nobody knows."""
    return floor(passage.at.timestamp()) if passage.at else LONG_AGO


def text_length(text: str) -> int:
    """Return ln(1 + characters) in units of 1/LENGTH_SCALE."""
    return round(log1p(len(text)) * LENGTH_SCALE)


def title_key(title: str) -> str:
    """Return the words by which a question can name a title: what is in brackets is left out."""
    bare = title.split("(", 1)[0] if not title.startswith("(") else title
    return " ".join(words(bare) or words(title))
