"""Second stage: the text of a source → passages, each a verbatim span.

In: a `SourceText`. Out: `PassageDraft`s in order. Messages stay whole, documents fall apart at
blank lines and headings; what is longer than the encoder's window is cut between sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from graphmem.core.uids import content_uid
from graphmem.writing.accept import SourceText, Turn
from graphmem_schemas import Passage

__all__ = ["MAX_PASSAGE_CHARS", "PassageDraft", "segment"]

MAX_PASSAGE_CHARS = 1_000
# A paragraph shorter than this joins the next one under the same heading: a line of a list
# alone says too little to be found or cited.
MIN_PARAGRAPH_CHARS = 200

_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])?")
_FENCE = re.compile(r"^\s*(```|~~~)")
_SENTENCE_END = re.compile(r"[.!?…。！？]['\"”’)\]]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage before it has a place in the graph; its uid follows from its content."""

    uid: str
    text: str
    ref: str | None
    title: str | None
    speaker: str | None
    at: datetime | None

    @classmethod
    def of(cls, passage: Passage) -> PassageDraft:
        """Return what a stored passage was made of."""
        return cls(
            passage.uid, passage.text, passage.ref, passage.title, passage.speaker, passage.at
        )


def segment(source: SourceText, source_uid: str) -> list[PassageDraft]:
    """Cut a source into passages of at most 1,000 characters.

    The same words by the same speaker at the same time are told apart by their count within
    the call, so that adding a grown conversation again adds only what is new.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    drafts: list[PassageDraft] = []
    for turn in source.turns:
        for title, text in _spans(turn):
            identity = (turn.speaker or "", turn.at.isoformat() if turn.at else "", text)
            uid = content_uid("passage", source_uid, *identity, str(seen[identity]))
            seen[identity] += 1
            drafts.append(PassageDraft(uid, text, turn.ref, title, turn.speaker, turn.at))
    return drafts


def _spans(turn: Turn) -> list[tuple[str | None, str]]:
    if turn.whole:
        blocks = [(turn.title, turn.text.strip())]
    else:
        blocks = _paragraphs(turn.text, turn.title)
    return [(title, part) for title, block in blocks for part in _cut(block)]


def _paragraphs(text: str, title: str | None) -> list[tuple[str | None, str]]:
    """Split a document at blank lines; Markdown headings title what follows them."""
    paragraphs: list[tuple[str | None, int, int]] = []
    heading = title
    for start, end in _blocks(text):
        match = _MARKDOWN_HEADING.match(text[start:end])
        if match:
            heading = _under(title, match.group(1))
            continue
        last = paragraphs[-1] if paragraphs else None
        if last and last[0] == heading and _joins(text, last[1:], (start, end)):
            paragraphs[-1] = (heading, last[1], end)
        else:
            paragraphs.append((heading, start, end))
    # A document of headings alone still says something.
    return [(where, text[start:end]) for where, start, end in paragraphs] or [
        (title, text.strip())
    ]


def _blocks(text: str) -> list[tuple[int, int]]:
    """Return spans between blank lines and after headings; a fenced block is never split."""
    blocks: list[tuple[int, int]] = []
    start, fenced = -1, False
    for match in _LINE.finditer(text):
        line = match.group().rstrip("\r\n")
        fenced ^= bool(_FENCE.match(line))
        is_heading = not fenced and bool(_MARKDOWN_HEADING.match(line))
        if start >= 0 and not fenced and (is_heading or not line.strip()):
            blocks.append((start, match.start()))
            start = -1
        if is_heading:
            blocks.append(match.span())
        elif start < 0 and line.strip():
            start = match.start()
    if start >= 0:
        blocks.append((start, len(text)))
    return [_stripped(text, *block) for block in blocks]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    block = text[start:end]
    return start + len(block) - len(block.lstrip()), start + len(block.rstrip())


def _under(title: str | None, heading: str) -> str:
    return heading if title in (None, heading) else f"{title}: {heading}"


def _joins(text: str, last: tuple[int, int], block: tuple[int, int]) -> bool:
    """Whether a short paragraph goes with the next one, with nothing said between them."""
    is_short = last[1] - last[0] < MIN_PARAGRAPH_CHARS
    return (
        is_short
        and block[1] - last[0] <= MAX_PASSAGE_CHARS
        and not text[last[1] : block[0]].strip()
    )


def _cut(text: str) -> list[str]:
    """Cut a text into pieces of at most `MAX_PASSAGE_CHARS`, between sentences where it can be."""
    pieces: list[str] = []
    start = 0
    while len(text) - start > MAX_PASSAGE_CHARS:
        end = _last_break(text, start, start + MAX_PASSAGE_CHARS)
        pieces.append(text[start:end].strip())
        start = end
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]


def _last_break(text: str, start: int, limit: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, limit)]
    if ends and ends[-1] > start:
        return ends[-1]
    blank = text.rfind(" ", start + 1, limit)
    return blank + 1 if blank > start else limit
