"""Warming: a server is ready when models and loops are, and never red for good by it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphmem.errors import ModelMissing
from graphmem.models.loading import LazyModels
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_api.app import create_app
from graphmem_api.settings import Settings
from graphmem_api.warming import Warming

PATIENCE_S = 240


def ended(warming: Warming) -> bool:
    for thread in threading.enumerate():
        if thread.name == "graphmem-warming":
            thread.join(PATIENCE_S)
    return not warming.under_way


class Held(FakeEmbedder):
    """Embeds when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let, self.asked = threading.Event(), threading.Event()

    def embed(self, texts: Any) -> Any:
        self.asked.set()
        assert self.let.wait(PATIENCE_S)
        return super().embed(texts)


def test_it_is_under_way_until_something_was_added_and_asked() -> None:
    embedder = Held()
    warming = Warming(LazyModels(embedder, FakeExtractor()))
    assert not warming.under_way
    warming.start()
    assert embedder.asked.wait(PATIENCE_S)
    assert warming.under_way
    embedder.let.set()
    assert ended(warming)


def test_models_that_are_missing_are_told_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Missing(FakeEmbedder):
        def embed(self, texts: Any) -> Any:
            raise ModelMissing("there is no model")

    warming = Warming(LazyModels(Missing(), FakeExtractor()))
    warming.start()
    assert ended(warming)
    assert "could not be warmed" in caplog.text


def test_a_server_that_ends_while_it_is_under_way_leaves_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python breaks off a thread that is amid a library's C++, and the process aborts by that."""
    let, left = threading.Event(), []
    monkeypatch.setattr("graphmem_api.warming.Memory.add", lambda *_: let.wait(PATIENCE_S))
    app = create_app(Settings(store=str(tmp_path / "a.db")), lambda: left.append(True), warm=True)
    try:
        with TestClient(app):
            pass
        assert left == [True]
    finally:
        let.set()


def test_a_server_that_ends_after_it_ends_as_python_does(tmp_path: Path) -> None:
    left: list[bool] = []
    app = create_app(Settings(store=str(tmp_path / "a.db")), lambda: left.append(True), warm=True)
    with TestClient(app):
        assert ended(app.state.service.spaces.warming)
    assert left == []
