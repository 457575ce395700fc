"""Third stage: passages → vectors and extractions.

In: `PassageDraft`s. Out: `ReadPassage`s in the same order. One encoder run a passage gives its
vector and the token states that the extractor reads. While one chunk is parsed, the next one
is encoded on another core; nothing depends on what else is in the chunk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from graphmem.core.extraction import Extraction
from graphmem.ports import Embedder, Encoding, ExtractionInput, Float32, Models
from graphmem.writing.segment import PassageDraft

__all__ = ["CHUNK", "Extracting", "ReadPassage", "embedding_text", "given"]

CHUNK = 32
# Chunks that are encoded while others are parsed and stored; a chunk's states take up to 12 MB.
AHEAD = 8
# Roles say nothing about who speaks; in front of every turn they only blur its vector.
_ROLES = frozenset(("user", "assistant", "system", "tool", "human", "ai", "bot", "developer"))


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


_Chunk = tuple[Sequence[PassageDraft], Sequence[str | None]]


class Extracting(Iterator[list[ReadPassage]]):
    """Encodes and parses passages, a chunk at a time; encoding begins at once.

    Args:
        drafts: the passages.
        addressees: for each passage whom it is said to, where one other person takes part.
        models: what to read them with.
    """

    def __init__(
        self, drafts: Sequence[PassageDraft], addressees: Sequence[str | None], models: Models
    ) -> None:
        self._models = models
        starts = range(0, len(drafts), CHUNK)
        self._todo = [(drafts[i : i + CHUNK], addressees[i : i + CHUNK]) for i in starts]
        self._todo.reverse()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="graphmem-encode")
        self._ahead: deque[tuple[_Chunk, Future[tuple[list[Encoding], Float32]]]] = deque()
        self._encode_ahead()

    def __next__(self) -> list[ReadPassage]:
        """Return the next chunk, read."""
        if not self._ahead:
            self.close()
            raise StopIteration
        (drafts, addressees), encoded = self._ahead.popleft()
        encodings, vectors = encoded.result()
        self._encode_ahead()
        inputs = [
            ExtractionInput(draft.text, draft.speaker, addressee, draft.title)
            for draft, addressee in zip(drafts, addressees, strict=True)
        ]
        extractions = self._models.extractor.extract(inputs, encodings)
        return [
            ReadPassage(draft, vector, extraction)
            for draft, vector, extraction in zip(drafts, vectors, extractions, strict=True)
        ]

    def close(self) -> None:
        """Stop encoding; what was not asked for is dropped."""
        self._ahead.clear()
        self._todo.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _encode_ahead(self) -> None:
        while self._todo and len(self._ahead) < AHEAD:
            chunk = self._todo.pop()
            self._ahead.append((chunk, self._pool.submit(_encode, chunk[0], self._models)))


def _encode(chunk: Sequence[PassageDraft], models: Models) -> tuple[list[Encoding], Float32]:
    """Return the token states that the extractor wants, and the vectors: one run if it can be."""
    texts = [embedding_text(draft) for draft in chunk]
    if not models.extractor.needs_states:
        return [], models.embedder.embed(texts)
    encodings = models.encoder.encode(texts)
    shared = models.embedder is models.encoder
    vectors = np.stack([e.vector for e in encodings]) if shared else models.embedder.embed(texts)
    bodies = [
        _without_prefix(encoding, len(_prefix(draft)))
        for encoding, draft in zip(encodings, chunk, strict=True)
    ]
    return bodies, vectors


def given(
    drafts: Sequence[PassageDraft], extractions: Sequence[Extraction], embedder: Embedder
) -> Iterator[list[ReadPassage]]:
    """Pair the passages with what the caller extracted; only the vectors are made here."""
    for at in range(0, len(drafts), CHUNK):
        chunk = drafts[at : at + CHUNK]
        vectors = embedder.embed([embedding_text(draft) for draft in chunk])
        yield [
            ReadPassage(draft, vector, extraction)
            for draft, vector, extraction in zip(
                chunk, vectors, extractions[at : at + CHUNK], strict=True
            )
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
