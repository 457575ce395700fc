"""Embeddings from OpenAI, or from any server that speaks its protocol (Ollama, vLLM, …)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from graphmem.errors import DimensionMismatch, EmbeddingFailed, InvalidInput
from graphmem.models.endpoint import connect, mapped
from graphmem.models.rows import unit_rows
from graphmem.ports import Float32

__all__ = ["OpenAIEmbedder"]

_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
# Only these can shorten their vectors; other servers refuse to be asked.
_SHORTENS = "text-embedding-3"
_BATCH = 128
# A request may hold 300,000 tokens and a text 8,191: this keeps both in any usual script.
_MAX_CHARACTERS = 8000


class OpenAIEmbedder:
    """Embeds through an OpenAI-compatible endpoint.

    Args:
        model: the server's name for the model.
        base_url: of the server; by default the variable OPENAI_BASE_URL, else OpenAI itself.
        api_key: by default the variable OPENAI_API_KEY. It is never written anywhere.
        dimension: length of the vectors; where it is not given or known, the server is asked
            once. OpenAI's `text-embedding-3-*` shorten their vectors to it.

    Raises:
        MissingExtra: the package `openai` is not installed.
        InvalidInput: there is no key, or the server refuses the key or the model.
        EmbeddingFailed: the dimension had to be asked for, and the server did not answer.

    Note:
        A text counts by its first 8,000 characters. Whether the same text gives the same bits
        again is up to the server.
    """

    def __init__(
        self,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,
        dimension: int | None = None,
    ) -> None:
        if dimension is not None and dimension < 1:
            raise InvalidInput(f"dimension is {dimension}: give 1 or more, or leave it out")
        self.name = f"openai:{model}"
        self._model = model
        self._shorten = dimension is not None and model.startswith(_SHORTENS)
        self._client = connect(base_url, api_key, "an openai: embedder")
        self.dimension = dimension or _DIMENSIONS.get(model) or 0
        if not self.dimension:
            self.dimension = self._request(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) float32 rows of unit length, in input order.

        Raises:
            InvalidInput: the server refuses the key, the model or a text.
            DimensionMismatch: the vectors have another length than was said.
            EmbeddingFailed: the server did not answer as it should, after 3 more tries.
        """
        parts = [self._checked(self._request(batch)) for batch in _batches(texts)]
        return np.concatenate(parts) if parts else np.empty((0, self.dimension), np.float32)

    def _checked(self, rows: Float32) -> Float32:
        if rows.shape[1] != self.dimension:
            raise DimensionMismatch(
                f"{self.name} returned vectors of {rows.shape[1]} numbers, "
                f"not {self.dimension}: give dimension={rows.shape[1]}"
            )
        return rows

    def _request(self, batch: list[str]) -> Float32:
        import openai

        extra = {"dimensions": self.dimension} if self._shorten else None
        try:
            response = self._client.embeddings.create(
                model=self._model, input=batch, encoding_format="float", extra_body=extra
            )
            items = sorted(response.data, key=lambda item: item.index)
            rows = np.array([item.embedding for item in items], dtype=np.float32)
        except openai.OpenAIError as error:
            raise mapped(error, self.name, self._client.api_key, EmbeddingFailed) from None
        except (AttributeError, TypeError, ValueError) as error:
            raise EmbeddingFailed(f"{self.name} answered with no vectors: {error}") from None
        if len(rows) != len(batch):
            raise EmbeddingFailed(f"{self.name} returned {len(rows)} vectors for {len(batch)}")
        return unit_rows(rows, self.name)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), _BATCH):
        yield [_clean(text) for text in texts[start : start + _BATCH]]


def _clean(text: str) -> str:
    # The endpoint refuses empty texts, and JSON in UTF-8 cannot hold lone surrogates.
    return text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8") or " "
