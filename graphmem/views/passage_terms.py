"""The terms of one passage: how often, in which sentences, and which follows which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from graphmem.core.kernels.lexical import MAX_SENTENCES, TITLE_BIT
from graphmem.core.marks import follower_bit
from graphmem.core.terms import sentences, terms, voice
from graphmem_schemas import Passage

__all__ = ["PassageTerms", "read_terms"]

_MAX_LENGTH = 65_535


@dataclass(slots=True)
class PassageTerms:
    """What a passage says, as numbers of terms.

    Attributes:
        counts: how often each term stands in title and text.
        masks: in which sentences, and whether in the title.
        followers: by term: a bit for each term that comes right after it in the text.
        sentence_lengths: in terms, each with the title.
        voices: whom each sentence speaks of.
        length: terms of title and text.
        title_length: terms of the title.
    """

    counts: dict[int, int]
    sentence_lengths: list[int]
    length: int
    masks: dict[int, int] = field(default_factory=dict)
    followers: dict[int, int] = field(default_factory=dict)
    voices: list[int] = field(default_factory=list)
    title_length: int = 0


def read_terms(passage: Passage, number_of: Callable[[str], int]) -> PassageTerms:
    """Cut a passage into terms; sentences past the twelfth count as one. O(n).

    Args:
        passage: the passage.
        number_of: gives each term its number.
    """
    title = [number_of(term) for term in terms(passage.title)] if passage.title else []
    parts = sentences(passage.text)
    if len(parts) > MAX_SENTENCES:
        parts[MAX_SENTENCES - 1 :] = [" ".join(parts[MAX_SENTENCES - 1 :])]
    counts = Counter(title)
    masks = dict.fromkeys(title, TITLE_BIT)
    followers: dict[int, int] = {}
    lengths = []
    for at, part in enumerate(parts):
        said = terms(part)
        found = [number_of(term) for term in said]
        lengths.append(min(len(title) + len(found), _MAX_LENGTH))
        counts.update(found)
        for number in found:
            masks[number] = masks.get(number, 0) | 1 << at
        for number, (_, after) in zip(found, pairwise(said), strict=False):
            followers[number] = followers.get(number, 0) | follower_bit(after)
    return PassageTerms(
        counts, lengths, counts.total(), masks, followers, [voice(part) for part in parts],
        len(title),
    )  # fmt: skip
