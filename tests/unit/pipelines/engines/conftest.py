"""Embedders of workers that die on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from graphmem.writing.prepare import PreparedSource
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.ledger.rows import Item
from graphmem_pipelines.readers.content import Content
from graphmem_schemas import Document

MODELS = """
import itertools
import os
import signal
from collections import deque

import numpy as np

from graphmem_pipelines.readers import read as module

text_reader = module._READERS["text"]


def slow(data, found, options):
    while b"LOOP" in data:
        pass
    if b"STUCK" in data:
        # No signal is heard in here.
        deque(itertools.repeat(0), maxlen=0)
    return text_reader(data, found, options)


module._READERS["text"] = slow


class SentenceTransformer:
    def __init__(self, name):
        if name == "none":
            raise OSError("there is no such folder")

    def encode(self, texts, **_):
        for text in texts:
            if "KILLER" in text:
                os.kill(os.getpid(), signal.SIGKILL)
            if "ONCE" in text and not os.path.exists(marker := text.split()[-1]):
                open(marker, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
        return np.array([[1.0 + len(text), sum(map(ord, text)), 7.0] for text in texts])
"""


@pytest.fixture
def mortal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """A recipe whose embedder kills its process over some texts; only workers load it."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "sentence_transformers.py").write_text(MODELS)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return Recipe(embedder="sentence-transformers:mortal", depth="embed")


@pytest.fixture
def slow_files(tmp_path: Path) -> list[Item]:
    """Files, of which the second is read without end, and the fourth cannot be interrupted."""
    items = []
    for n, text in enumerate(["Ann.", "LOOP", "Bo.", "STUCK", "Cy."], start=1):
        path = tmp_path / f"{n}.txt"
        path.write_text(text)
        items.append(Item(n, path.name, str(path), "text", len(text)))
    return items


def task(n: int, text: str) -> Item:
    content = Content(f"k{n}", document=Document(text=text))
    return Item(n, f"k{n}", None, "text", len(text), content.to_json())


@pytest.fixture
def tasks_of() -> Callable[..., list[Item]]:
    return lambda *texts: [task(n, text) for n, text in enumerate(texts, start=1)]


@pytest.fixture
def told() -> Callable[[list[Outcome]], list[object]]:
    """Outcomes as plain values that can be compared, vectors by their bytes."""
    return lambda outcomes: [
        (one.n, one.error, one.run, tuple(map(_plain, one.sources))) for one in outcomes
    ]


def _plain(source: PreparedSource) -> object:
    return replace(source.text, turns=()), [
        (p.draft, p.vector.tobytes() if p.vector is not None else None, p.extraction)
        for p in source.passages
    ]
