"""Embeddings from any sentence-transformers model, by name or path."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphmem.errors import EmbeddingFailed, InvalidInput, MissingExtra, ModelMissing
from graphmem.models.rows import unit_rows
from graphmem.ports import Float32

__all__ = ["SentenceTransformerEmbedder"]


class SentenceTransformerEmbedder:
    """Embeds with a sentence-transformers model.

    Args:
        model: name on the model hub, or path of a folder.
        batch_size: 1 or more. With 1 a vector depends on its text alone, bit by bit. More is
            quicker on a GPU, but then the last bits depend on the neighbours.

    Raises:
        MissingExtra: the package is not installed.
        ModelMissing: the model cannot be loaded.
        InvalidInput: `batch_size` is below 1.
    """

    def __init__(self, model: str, batch_size: int = 1) -> None:
        if batch_size < 1:
            raise InvalidInput(f"batch_size is {batch_size}: give 1 or more")
        self.name = f"sentence-transformers:{model}"
        self._batch_size = batch_size
        self._model = _load(model)
        self.dimension = self._run(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) float32 rows of unit length, in input order.

        Raises:
            EmbeddingFailed: the model stopped, or returned what is not a vector.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return self._run([text.encode("utf-8", "replace").decode("utf-8") for text in texts])

    def _run(self, texts: list[str]) -> Float32:
        try:
            rows = self._model.encode(
                texts,
                batch_size=self._batch_size,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        except Exception as error:  # torch and its models raise whatever they like
            raise EmbeddingFailed(f"{self.name} stopped: {error}") from error
        return unit_rows(np.asarray(rows, dtype=np.float32), self.name)


def _load(model: str) -> Any:
    try:
        package = importlib.import_module("sentence_transformers")
    except ImportError as error:
        raise MissingExtra("sentence-transformers", "a sentence-transformers: embedder") from error
    try:
        return package.SentenceTransformer(model)
    except Exception as error:  # hub, file and config errors have no common base
        raise ModelMissing(
            f"the sentence-transformers model {model!r} cannot be loaded ({error}): "
            "check its name, or give the path of its folder"
        ) from error
