from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from graphmem.errors import EmbeddingFailed, InvalidInput, MissingExtra, ModelMissing
from graphmem.models.loading import LazyModels
from graphmem.models.registry import open_embedder
from graphmem.models.sentence_transformers import SentenceTransformerEmbedder
from graphmem.testing.fakes import FakeEmbedder


class StandIn:
    """Has the one method of SentenceTransformer that is called."""

    def __init__(self, name: str) -> None:
        if name == "nowhere":
            raise OSError("no such model")

    def encode(self, texts: list[str], **options: Any) -> np.ndarray[Any, Any]:
        if "break" in texts:
            raise RuntimeError("out of memory")
        return np.array([[len(text), 2.0] for text in texts], dtype=np.float16)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = StandIn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)


@pytest.mark.parametrize("spec", [None, "minilm"])
def test_default_is_the_small_model(spec: str | None) -> None:
    assert open_embedder(spec).name == "all-minilm-l6-v2-int8"


def test_an_embedder_passes_through() -> None:
    fake = FakeEmbedder()
    assert open_embedder(fake) is fake


@pytest.mark.parametrize("spec", ["", "bert", "openai:", "openai", "sentence-transformers:"])
def test_unknown_words_list_the_forms(spec: str) -> None:
    with pytest.raises(InvalidInput, match="'minilm', 'sentence-transformers:<name or path>'"):
        open_embedder(spec)


def test_what_is_no_embedder_is_refused() -> None:
    with pytest.raises(InvalidInput, match="int is no embedder"):
        open_embedder(7)  # type: ignore[arg-type]


def test_openai_is_opened_by_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    embedder = open_embedder("openai:text-embedding-3-small")
    assert (embedder.name, embedder.dimension) == ("openai:text-embedding-3-small", 1536)


@pytest.mark.parametrize(
    ("spec", "package", "extra"),
    [
        ("openai:text-embedding-3-small", "openai", "llm"),
        ("sentence-transformers:x", "sentence_transformers", "sentence-transformers"),
    ],
)
def test_a_missing_package_names_its_extra(
    spec: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=rf"graphmem\[{extra}\]"):
        open_embedder(spec)


@pytest.mark.usefixtures("package")
def test_sentence_transformers_rows_are_float32_of_unit_length() -> None:
    embedder = open_embedder("sentence-transformers:small")
    vectors = embedder.embed(["ab", "\ud800"])
    assert (embedder.dimension, vectors.dtype, vectors.shape) == (2, np.float32, (2, 2))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert embedder.embed([]).shape == (0, 2)


@pytest.mark.usefixtures("package")
def test_sentence_transformers_errors_are_ours() -> None:
    with pytest.raises(ModelMissing, match="nowhere"):
        SentenceTransformerEmbedder("nowhere")
    with pytest.raises(InvalidInput, match="batch_size is 0"):
        SentenceTransformerEmbedder("small", batch_size=0)
    with pytest.raises(EmbeddingFailed, match="out of memory"):
        SentenceTransformerEmbedder("small").embed(["break"])


@pytest.mark.parametrize(
    "choice", [{"embedder": "glove"}, {"embedder": 7}, {"extractor": "nltk"}], ids=str
)
def test_a_choice_that_is_none_fails_before_anything_is_added(choice: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"give|use"):
        LazyModels(**choice)
