"""Third stage: passages → vectors and extractions.

In: `PassageDraft`s. Out: `ReadPassage`s in the same order. One encoder run a passage gives its
vector and the token states that the extractor reads. While one chunk is parsed, the next one
is encoded on another core; nothing depends on what else is in the chunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from graphmem.core.extraction import Extraction
from graphmem.ports import Embedder, Encoding, ExtractionInput, Float32, Models
from graphmem.writing.segment import PassageDraft

__all__ = ["CHUNK", "ReadPassage", "embedding_text", "extract", "given"]

CHUNK = 32
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


def extract(
    drafts: Sequence[PassageDraft], addressees: Sequence[str | None], models: Models
) -> Iterator[list[ReadPassage]]:
    """Encode and parse the passages, a chunk at a time.

    Args:
        drafts: the passages.
        addressees: for each passage whom it is said to, where one other person takes part.
        models: what to read them with.
    """
    chunks = [drafts[at : at + CHUNK] for at in range(0, len(drafts), CHUNK)]
    with ThreadPoolExecutor(1, thread_name_prefix="graphmem-encode") as pool:
        ahead = pool.submit(_encode, chunks[0], models) if chunks else None
        for number, chunk in enumerate(chunks):
            assert ahead is not None
            encodings, vectors = ahead.result()
            if number + 1 < len(chunks):
                ahead = pool.submit(_encode, chunks[number + 1], models)
            inputs = [
                ExtractionInput(draft.text, draft.speaker, addressee, draft.title)
                for draft, addressee in zip(chunk, addressees[number * CHUNK :], strict=False)
            ]
            extractions = models.extractor.extract(inputs, encodings)
            yield [
                ReadPassage(draft, vector, extraction)
                for draft, vector, extraction in zip(chunk, vectors, extractions, strict=True)
            ]


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
