"""Third stage: passages → vectors and extractions.

In: `PassageDraft`s. Out: `ReadPassage`s in the same order. One encoder run a passage gives its
vector and the token states that the extractor reads. While one chunk is parsed, the next one
is encoded on another core; nothing depends on what else is in the chunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from graphmem.core.extraction import Extraction
from graphmem.ports import Embedder, Encoder, Encoding, ExtractionInput, Extractor, Float32
from graphmem.writing.segment import PassageDraft

__all__ = ["CHUNK", "ReadPassage", "embedding_text", "extract", "given"]

CHUNK = 32
# Roles say nothing about who speaks; in front of every turn they only blur its vector.
_ROLES = frozenset(("user", "assistant", "system", "tool", "human", "ai", "bot", "developer"))


@dataclass(frozen=True, slots=True, eq=False)
class ReadPassage:
    """A passage with all that was made of it: (d,) float32 vector and extraction."""

    draft: PassageDraft
    vector: Float32
    extraction: Extraction


def embedding_text(draft: PassageDraft) -> str:
    """Return the text as it is embedded: what it is about or who says it stands in front."""
    return _prefix(draft) + draft.text


def extract(
    drafts: Sequence[PassageDraft],
    addressees: Sequence[str | None],
    models: tuple[Embedder, Encoder, Extractor],
) -> Iterator[list[ReadPassage]]:
    """Encode and parse the passages, a chunk at a time.

    Args:
        drafts: the passages.
        addressees: for each passage whom it is said to, where one other person takes part.
        models: the embedder, the encoder whose states the extractor reads, the extractor.
            The first two may be the same object: then there is one run a passage.
    """
    embedder, encoder, extractor = models

    def encode(chunk: Sequence[PassageDraft]) -> tuple[list[Encoding], Float32]:
        texts = [embedding_text(draft) for draft in chunk]
        encodings = encoder.encode(texts)
        if embedder is encoder:
            return encodings, np.stack([encoding.vector for encoding in encodings])
        return encodings, embedder.embed(texts)

    chunks = [drafts[at : at + CHUNK] for at in range(0, len(drafts), CHUNK)]
    with ThreadPoolExecutor(1, thread_name_prefix="graphmem-encode") as pool:
        ahead: Future[tuple[list[Encoding], Float32]] | None = None
        for number, chunk in enumerate(chunks):
            current = ahead or pool.submit(encode, chunk)
            following = chunks[number + 1] if number + 1 < len(chunks) else None
            ahead = pool.submit(encode, following) if following else None
            encodings, vectors = current.result()
            inputs = [
                ExtractionInput(draft.text, draft.speaker, addressee, draft.title)
                for draft, addressee in zip(chunk, addressees[number * CHUNK :], strict=False)
            ]
            bodies = [
                _without_prefix(e, len(_prefix(d))) for e, d in zip(encodings, chunk, strict=True)
            ]
            extractions = extractor.extract(inputs, bodies)
            yield [
                ReadPassage(draft, vector, extraction)
                for draft, vector, extraction in zip(chunk, vectors, extractions, strict=True)
            ]


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
