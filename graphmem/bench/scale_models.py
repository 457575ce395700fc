"""An encoder that takes the shipped one's time and gives the vectors of made texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graphmem.bench.scale_texts import WordVectors
from graphmem.ports import Encoder, Encoding, Float32

__all__ = ["MadeEncoder"]


class MadeEncoder:
    """Runs another encoder and gives made vectors in place of its own; an `Encoder`.

    A million texts cannot be encoded within a bench, and questions must lie where made passages
    do.

    Args:
        encoder: whose time it takes.
    """

    name = "made words"

    def __init__(self, encoder: Encoder) -> None:
        self.dimension, self.threads = encoder.dimension, encoder.threads
        self.vectors = WordVectors(encoder.dimension)
        self._encoder = encoder
        self._known: dict[str, Float32] = {}

    def learn(self, texts: Sequence[str]) -> None:
        """Make the vectors of texts now, so that this is no part of what is timed."""
        for text, row in zip(texts, self.vectors.of_texts(texts), strict=True):
            self._known[text] = row

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) the made vectors of texts, after the time that encoding them takes."""
        own = self._encoder.embed(texts)
        return np.stack([self._made(text) for text in texts]) if len(texts) else own

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Return the encoder's states of each text, with made vectors."""
        found = self._encoder.encode(texts)
        pairs = zip(texts, found, strict=True)
        return [replace(one, vector=self._made(text)) for text, one in pairs]

    def _made(self, text: str) -> Float32:
        if text not in self._known:
            self.learn([text])
        return self._known[text]
