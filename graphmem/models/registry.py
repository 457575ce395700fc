"""From the word that a user writes to an embedder."""

from __future__ import annotations

import os

from graphmem.errors import InvalidInput
from graphmem.ports import Embedder

__all__ = ["EMBEDDER_VARIABLE", "check_embedder", "open_embedder"]

EMBEDDER_VARIABLE = "GRAPHMEM_EMBEDDER"
"""Names the embedder where the caller names none."""

_KINDS = ("sentence-transformers", "openai")
_FORMS = "'minilm', 'sentence-transformers:<name or path>' or 'openai:<model>'"


def check_embedder(spec: str | Embedder | None) -> None:
    """Check the form of a choice, without loading anything.

    Raises:
        InvalidInput: No embedder is called so, or the object is none.
    """
    if spec is None:
        return
    if not isinstance(spec, str):
        _checked(spec)
        return
    kind, _, model = spec.partition(":")
    if spec != "minilm" and not (kind in _KINDS and model):
        raise InvalidInput(f"no embedder is called {spec!r}: give {_FORMS}")


def open_embedder(spec: str | Embedder | None, threads: int | None = None) -> Embedder:
    """Return the embedder that `spec` names, or `spec` itself where it is one already.

    Args:
        spec: None for what GRAPHMEM_EMBEDDER names, else the default; "minilm",
            "sentence-transformers:<name or path>", "openai:<model>" or anything of the protocol.
        threads: with how many the shipped one encodes; None is one a core.

    Raises:
        InvalidInput: the spec has none of these forms.
        MissingExtra: an optional dependency is not installed.
        ModelMissing: the files of the model are not there.
    """
    if spec is None:
        spec = os.environ.get(EMBEDDER_VARIABLE) or None
    check_embedder(spec)
    if spec is None or spec == "minilm":
        from graphmem.models.minilm import MiniLMEncoder

        return MiniLMEncoder(threads)
    if not isinstance(spec, str):
        return spec
    kind, _, model = spec.partition(":")
    if kind == "sentence-transformers":
        from graphmem.models.sentence_transformers import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(model)
    from graphmem.models.openai import OpenAIEmbedder

    return OpenAIEmbedder(model)


def _checked(embedder: Embedder) -> None:
    missing = [name for name in ("name", "dimension", "embed") if not hasattr(embedder, name)]
    if missing:
        raise InvalidInput(
            f"{type(embedder).__name__} is no embedder, it has no {' or '.join(missing)}: "
            f"give {_FORMS}, or an object with the Embedder protocol"
        )
