"""The graph of a large space is made where one waits for it, never at the end of a search."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.views import space, vectors

N = 40


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (space, vectors):
        monkeypatch.setattr(module, "GRAPH_FROM", 20)
    monkeypatch.setattr(vectors, "_GRAPH_REST", 5)


def open_memory(store: Path) -> Memory:
    return Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor())


def n_in_graph(store: Path) -> int:
    """Return how many vectors the graph has, as the next process finds it."""
    with open_memory(store) as memory:
        memory.search("Where does Ann3 live?")
        assert memory._reader._views is not None
        return len(memory._reader._views.vectors._content._graph)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "agent.db"
    with open_memory(path) as memory:
        for number in range(N):
            memory.add(f"Ann{number} lives in Rome{number % 7}.", source=f"s{number}")
        memory.search("Where does Ann3 live?")
    return path


def test_a_search_builds_none_and_a_rebuild_builds_all(store: Path) -> None:
    assert n_in_graph(store) == 0
    with open_memory(store) as memory:
        memory.rebuild()
    assert n_in_graph(store) >= N


def test_an_import_builds_all(store: Path, tmp_path: Path) -> None:
    with open_memory(store) as memory:
        memory.export(tmp_path / "all.jsonl")
    copy = tmp_path / "copy.db"
    with open_memory(copy) as memory:
        memory.import_(tmp_path / "all.jsonl")
        assert memory._reader._views is not None
    assert n_in_graph(copy) >= N
    with open_memory(copy) as memory:
        memory.delete(source="s3")
        hits = memory.search("Where does Ann5 live?").hits
    assert hits[0].text == "Ann5 lives in Rome5."
    assert n_in_graph(copy) == 0
