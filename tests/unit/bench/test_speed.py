from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from graphmem.bench import speed, speed_walk
from graphmem.bench.speed import TARGETS, SpeedReport, run_speed
from graphmem.bench.speed_load import load_passages, numbered
from graphmem.bench.speed_texts import make_passages, question_about, sentences
from graphmem.bench.speed_walk import WalkFigures, measure_walk
from graphmem.bench.timing import in_turns, run_fresh
from graphmem.stores.memory import MemoryStore
from graphmem.views.adjacency import AdjacencyView


def _silent(_: str) -> None:
    pass


def test_both_walks_find_the_same_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    monkeypatch.setattr(speed_walk, "_N_PUSHES", 1)
    figures = measure_walk(2_000, 10_000, _silent)
    assert figures.top20_overlap is not None
    assert figures.top20_overlap > 0.97
    assert figures.n_nodes == 2_000
    assert 9_500 < figures.n_edges < 10_000
    assert 12 < figures.bytes_per_edge < 16
    assert figures.push_vs_prpack is not None


def test_without_igraph_there_is_still_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_walk, "_igraph", lambda *_: None)
    figures = measure_walk(500, 2_000, _silent)
    assert figures.push_ms > 0
    assert (figures.prpack_ms, figures.push_vs_prpack, figures.top20_overlap) == (None,) * 3


def test_passages_are_the_same_whoever_asks_for_them() -> None:
    passages = list(make_passages(60))
    assert passages[20:] == list(make_passages(40, start=20))
    assert len({made.text for made in passages}) == 60
    assert all(450 <= len(made.text) <= 750 for made in passages)
    assert all(name in made.text for made in passages for name in made.names)
    assert passages[0].names[0] in question_about(passages[0])
    assert len(sentences()) > 100


def test_loaded_passages_are_linked_through_their_names() -> None:
    store = MemoryStore()
    pool = list(make_passages(30))
    load_passages(store, "home", numbered(pool, 90), _Embedder())
    counts = store.count("home")
    names = {name for made in pool for name in made.names}
    assert counts.nodes == {"Source": 2, "Passage": 90, "Entity": len(names)}
    assert counts.edges["MENTIONS"] == 3 * sum(len(set(made.names)) for made in pool)
    assert counts.n_vectors == 90
    view = AdjacencyView("home", None, {"MENTIONS": 1.0})
    view.refresh(store)
    assert view.n_links == counts.edges["MENTIONS"]


class _Embedder:
    name, dimension = "made", 8

    def embed(self, texts: tuple[str, ...]) -> np.ndarray:
        return np.random.default_rng(0).standard_normal((len(texts), 8)).astype(np.float32)


def test_turns_alternate() -> None:
    calls: list[tuple[str, int]] = []
    in_turns(lambda n: calls.append(("a", n)), lambda n: calls.append(("b", n)), 3)
    assert calls == [("a", 0), ("b", 0), ("b", 1), ("a", 1), ("a", 2), ("b", 2)]


def test_a_fresh_process_is_another_one() -> None:
    assert run_fresh(["-c", "import sys; print(sys.argv[1])", "here"]).strip() == "here"


def test_the_report_names_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = WalkFigures(10, 20, 0.5, 60.0, 1.0, 13.61234567, 2.0)
    monkeypatch.setattr(speed, "measure_walk", lambda *_: walk)
    seen: list[tuple[Path, bool]] = []

    def measure_memory(
        folder: Path, _: object, *, quick: bool
    ) -> tuple[object, object, list[str]]:
        seen.append((folder, quick))
        assert folder.is_dir()
        return {"import_s": 0.25, "rss_mb": None}, {"help_s": 0.5}, ["rss_mb: not here"]

    monkeypatch.setattr(speed, "measure_memory", measure_memory)
    report = run_speed(None, None, _silent, quick=True)
    fields = json.loads(report.to_json())
    assert set(TARGETS) <= set(fields)
    assert fields["push_vs_prpack"] == 120.0
    assert fields["bytes_per_edge"] == 13.61
    assert fields["rss_mb"] is None
    assert fields["details"]["push_ms"] == 0.5
    assert fields["notes"] == ["rss_mb: not here"]
    assert [quick for _, quick in seen] == [True]
    assert not seen[0][0].exists()


def test_the_table_shows_figures_and_targets() -> None:
    table = SpeedReport({"push_vs_prpack": 250.0}, {"push_ms": 0.5}, ("a note",)).table()
    for name in TARGETS:
        assert name in table
    assert "250" in table
    assert "≥ 100" in table
    assert table.endswith("a note")
