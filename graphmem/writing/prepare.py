"""Reads a source apart from any store: what a batch job does in many processes at once.

In: a `SourceText`. Out: a `PreparedSource`, which `Writer.commit` stores. The same stages as an
`add`, and the same result, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from graphmem.core.extraction import Extraction
from graphmem.core.uids import content_uid
from graphmem.ports import Models
from graphmem.writing.accept import SourceText
from graphmem.writing.extract import ReadPassage, embed, encode, extract, paired
from graphmem.writing.segment import PassageDraft, segment

__all__ = ["Depth", "PreparedSource", "addressees_of", "prepare"]

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
    """Cut a source, embed its passages, and parse them.

    Args:
        text: what `accept` made of it.
        models: the embedder and the extractor.
        depth: how far to go; what is only cut can be counted, and not be stored.
    """
    uid = content_uid("source", text.name)
    drafts = segment(text, uid)
    addressees = addressees_of(drafts)
    passages: list[ReadPassage] = []
    for at in range(0, len(drafts), _PORTION):
        some = drafts[at : at + _PORTION]
        if depth == "parse":
            whom = addressees[at : at + _PORTION]
            passages += extract(some, whom, encode(some, models), models.extractor)
        elif depth == "embed":
            nothing = [_NOTHING] * len(some)
            passages += paired(some, embed(some, models.embedder), nothing)
        else:
            passages += [ReadPassage(draft, None, _NOTHING) for draft in some]
    return PreparedSource(replace(text, turns=()), uid, tuple(passages))


def addressees_of(drafts: Sequence[PassageDraft]) -> list[str | None]:
    """In a conversation of two, each speaks to the other; else nobody can say who "you" is."""
    speakers = list(dict.fromkeys(draft.speaker for draft in drafts if draft.speaker))
    if len(speakers) != 2:
        return [None] * len(drafts)
    other = dict(zip(speakers, reversed(speakers), strict=True))
    return [other.get(draft.speaker) if draft.speaker else None for draft in drafts]
