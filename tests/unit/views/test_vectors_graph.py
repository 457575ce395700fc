"""The graph of a large space's vectors: built when asked for, kept, given up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graphmem.stores.memory import MemoryStore
from graphmem.views import vectors as module
from tests.unit.views.vector_space import expected, names, nearest, opened, put, remove, unit


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRAPH_FROM", 500)
    monkeypatch.setattr(module, "_GRAPH_REST", 100)


@pytest.mark.usefixtures("small_limits")
def test_the_graph_is_built_when_asked_for_and_finds_nearly_all(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(17, 5000, n_groups=200)
    put(store, names(5000), rows)
    view = opened(store, tmp_path)
    held = dict(zip(names(5000), rows, strict=True))
    view.save(store)
    assert len(view._content._graph) == 0
    view.build_graph()
    view.save(store)
    for seen in (view, opened(store, tmp_path)):
        assert len(seen._content._graph) == 5000
        shares = [
            len(set(nearest(seen, query, 100)[0]) & set(expected(held, query, 100))) / 100
            for query in unit(17, 5000, n_groups=200)[::500]
        ]
        assert np.mean(shares) >= 0.98


@pytest.mark.usefixtures("small_limits")
def test_a_graph_that_cannot_forget_a_vector_is_given_up(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(23, 800)
    put(store, names(800), rows)
    view = opened(store, tmp_path)
    view.build_graph()
    view.save(store)
    remove(store, names(1, 7))
    view.refresh(store)
    view.save(store)
    again = opened(store, tmp_path)
    assert len(again._content._graph) == 0
    (file,) = tmp_path.iterdir()
    assert rows[7].tobytes() not in file.read_bytes()
    assert rows[8].tobytes() in file.read_bytes()
    again.build_graph()
    assert len(again._content._graph) == 799


@pytest.mark.usefixtures("small_limits")
def test_the_graph_gives_no_removed_or_replaced_vector(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(18, 2000)
    put(store, names(2000), rows)
    view = opened(store, tmp_path)
    view.build_graph()
    view.save(store)
    view = opened(store, tmp_path)
    remove(store, names(50))
    put(store, names(1, 60), -rows[60:61])
    put(store, names(1, 5000), rows[10:11])
    view.refresh(store)
    assert nearest(view, rows[10], 1)[0] == names(1, 5000)
    assert nearest(view, -rows[60], 1)[0] == names(1, 60)
    assert not set(names(50)) & set(nearest(view, rows[7], 200)[0])
    assert len(view) == 1951


@pytest.mark.usefixtures("small_limits")
def test_a_graph_of_another_usearch_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, rows = MemoryStore(), unit(19, 1000)
    put(store, names(1000), rows)
    view = opened(store, tmp_path)
    view.build_graph()
    view.save(store)
    arrays = view._content.to_arrays() | {"graph": np.frombuffer(b"other" * 99, np.uint8)}
    monkeypatch.setattr(view._content, "to_arrays", lambda: arrays)
    view._saved_seq = -1
    view.save(store)
    again = opened(store, tmp_path)
    assert len(again._content._graph) == 0
    assert nearest(again, rows[5], 1)[0] == names(1, 5)
    again.build_graph()
    assert len(again._content._graph) == 1000
