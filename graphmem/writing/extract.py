"""Third stage: passages → vectors and extractions.

In: `PassageDraft`s. Out: `ReadPassage`s in the same order. One encoder run a passage gives its
vector and the token states that the extractor reads. While some are parsed and stored, the next
ones are encoded on other cores; nothing depends on what else is in the portion.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from graphmem.core.extraction import Extraction
from graphmem.ports import Embedder, Encoding, ExtractionInput, Extractor, Float32, Models
from graphmem.writing.collector import collector_paused
from graphmem.writing.segment import PassageDraft

__all__ = [
    "MAX_PORTION", "Encoded", "ReadPassage", "ahead", "embed", "embedding_text", "encode",
    "extract", "paired", "portion",
]  # fmt: skip

MAX_PORTION, MIN_PORTION = 32, 8
# Portions that are encoded while others are parsed and stored; the states of one take 12 MB at
# most.
AHEAD = 8
# Roles say nothing about who speaks; in front of every turn they only blur its vector.
_ROLES = frozenset(("user", "assistant", "system", "tool", "human", "ai", "bot", "developer"))


_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """What the models made of some passages: token states where they are wanted, and vectors."""

    encodings: Sequence[Encoding]
    vectors: Sequence[Float32] | Float32


@dataclass(frozen=True, slots=True, eq=False)
class ReadPassage:
    """A passage with all that was made of it: (d,) float32 vector and extraction.

    The vector is None where the passage is stored with one.
    """

    draft: PassageDraft
    vector: Float32 | None
    extraction: Extraction


def embedding_text(draft: PassageDraft) -> str:
    """Return the text as it is embedded: what it is about or who says it stands in front."""
    return _prefix(draft) + draft.text


def portion(n_left: int) -> int:
    """Return how many of the passages that are left to read next: fewer towards the end.

    When the encoder is done, nothing runs beside what is still to be parsed and stored.
    """
    return min(MAX_PORTION, max(MIN_PORTION, n_left // 2))


def ahead(items: Iterable[_In], work: Callable[[_In], _Out]) -> Generator[tuple[_In, _Out]]:
    """Yield items in order with what another thread made of each, a few of them ahead.

    Close it to stop: what was not asked for is dropped.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="graphmem-encode")
    waiting: deque[tuple[_In, Future[_Out]]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) > AHEAD:
                first, made = waiting.popleft()
                yield first, made.result()
        for first, made in waiting:
            yield first, made.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def embed(drafts: Sequence[PassageDraft], embedder: Embedder) -> Encoded:
    """Return the vectors of passages, without token states."""
    if not drafts:
        return Encoded((), ())
    return Encoded((), embedder.embed([embedding_text(draft) for draft in drafts]))


def encode(drafts: Sequence[PassageDraft], models: Models) -> Encoded:
    """Return the token states that the extractor wants, and the vectors: one run if it can be."""
    if not drafts or not models.extractor.needs_states:
        return embed(drafts, models.embedder)
    encodings = models.encoder.encode([embedding_text(draft) for draft in drafts])
    bodies = [
        _without_prefix(encoding, len(_prefix(draft)))
        for encoding, draft in zip(encodings, drafts, strict=True)
    ]
    if models.embedder is models.encoder:
        return Encoded(bodies, [encoding.vector for encoding in encodings])
    return Encoded(bodies, embed(drafts, models.embedder).vectors)


def extract(
    drafts: Sequence[PassageDraft],
    addressees: Sequence[str | None],
    encoded: Encoded,
    extractor: Extractor,
) -> list[ReadPassage]:
    """Parse passages that are encoded.

    Args:
        drafts: the passages.
        addressees: for each whom it is said to, where one other person takes part.
        encoded: what `encode` made of the same passages.
        extractor: finds names, events and facts.
    """
    if not drafts:
        return []
    inputs = [
        ExtractionInput(draft.text, draft.speaker, addressee, draft.title)
        for draft, addressee in zip(drafts, addressees, strict=True)
    ]
    with collector_paused():
        return paired(drafts, encoded, extractor.extract(inputs, encoded.encodings))


def paired(
    drafts: Sequence[PassageDraft], encoded: Encoded, extractions: Sequence[Extraction]
) -> list[ReadPassage]:
    """Put passages together with their vectors and with what was found in them."""
    return [
        ReadPassage(draft, vector, extraction)
        for draft, vector, extraction in zip(drafts, encoded.vectors, extractions, strict=True)
    ]


def _prefix(draft: PassageDraft) -> str:
    if draft.speaker and draft.speaker.casefold() not in _ROLES:
        return f"{draft.speaker}: "
    return f"{draft.title}. " if draft.title else ""


def _without_prefix(encoding: Encoding, n_chars: int) -> Encoding:
    """Drop the pieces of the prefix and count offsets from the passage's own first character."""
    if not n_chars:
        return encoding
    offsets = encoding.offsets - np.int32(n_chars)
    own = offsets[:, 0] >= 0
    return Encoding(encoding.vector, encoding.states[own], offsets[own])
