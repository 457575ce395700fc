"""Reads a source apart from any store: what a batch job does in many processes at once.

In: a `SourceText`. Out: a `PreparedSource`, which `Writer.commit` stores. The same stages as an
`add`, and the same result, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from graphmem.core.extraction import Extraction
from graphmem.core.uids import content_uid
from graphmem.ports import Models
from graphmem.writing.accept import SourceText
from graphmem.writing.extract import ReadPassage, embed, encode, extract, paired
from graphmem.writing.segment import PassageDraft, segment

__all__ = ["Depth", "PreparedSource", "addressees_of", "prepare", "prepare_all"]

Depth = Literal["cut", "embed", "parse"]

_NOTHING = Extraction(language=None, parsed=False)
# Token states of so many passages are held at once: 12 MB at most.
_PORTION = 32


@dataclass(frozen=True, slots=True, eq=False)
class PreparedSource:
    """A source whose passages are read: vectors and what was found in them.

    Attributes:
        text: what is known of the source; its turns are left out, the passages have them.
        uid: of the source.
        passages: all of them, in order.
    """

    text: SourceText
    uid: str
    passages: tuple[ReadPassage, ...]


def prepare(text: SourceText, models: Models, depth: Depth = "parse") -> PreparedSource:
    """Cut a source, embed its passages, and parse them; see `prepare_all`."""
    return prepare_all([text], models, depth)[0]


def prepare_all(
    texts: Sequence[SourceText], models: Models, depth: Depth = "parse"
) -> list[PreparedSource]:
    """Read sources together: the same as one by one, and short ones a tenth sooner.

    Each run of the encoder drives the parser out of the processor's caches, so that passages are
    parsed by the portion.

    Args:
        texts: what `accept` made of them.
        models: the embedder and the extractor.
        depth: how far to go; what is only cut can be counted, and not be stored.
    """
    uids = [content_uid("source", text.name) for text in texts]
    cut = [segment(text, uid) for text, uid in zip(texts, uids, strict=True)]
    drafts = [draft for each in cut for draft in each]
    whom = [addressee for each in cut for addressee in addressees_of(each)]
    passages: list[ReadPassage] = []
    for at in range(0, len(drafts), _PORTION):
        portion = slice(at, at + _PORTION)
        passages += _read(drafts[portion], whom[portion], models, depth)
    left = iter(passages)
    return [
        PreparedSource(replace(text, turns=()), uid, tuple(islice(left, len(each))))
        for text, uid, each in zip(texts, uids, cut, strict=True)
    ]


def _read(
    drafts: Sequence[PassageDraft], whom: Sequence[str | None], models: Models, depth: Depth
) -> list[ReadPassage]:
    if depth == "parse":
        return extract(drafts, whom, encode(drafts, models), models.extractor)
    if depth == "embed":
        return paired(drafts, embed(drafts, models.embedder), [_NOTHING] * len(drafts))
    return [ReadPassage(draft, None, _NOTHING) for draft in drafts]


def addressees_of(drafts: Sequence[PassageDraft]) -> list[str | None]:
    """In a conversation of two, each speaks to the other; else nobody can say who "you" is."""
    speakers = list(dict.fromkeys(draft.speaker for draft in drafts if draft.speaker))
    if len(speakers) != 2:
        return [None] * len(drafts)
    other = dict(zip(speakers, reversed(speakers), strict=True))
    return [other.get(draft.speaker) if draft.speaker else None for draft in drafts]
