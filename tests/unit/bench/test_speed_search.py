from __future__ import annotations

from pathlib import Path

from graphmem.bench.speed import TARGETS
from graphmem.bench.speed_load import load_passages
from graphmem.bench.speed_search import measure_search, mixed_questions
from graphmem.bench.speed_texts import make_passages
from graphmem.reading.pieces import in_parts
from graphmem.stores.registry import open_store
from graphmem.testing.fakes import FakeEmbedder


def test_a_search_is_compared_with_all_that_it_embeds_and_one_query(tmp_path: Path) -> None:
    path, embedder = tmp_path / "search.db", FakeEmbedder()
    store = open_store(path)
    load_passages(store, "home", make_passages(80), embedder)
    store.close()
    figures, details = measure_search(path, "home", 80, 5, embedder)
    assert set(figures) <= set(TARGETS)
    assert all(value and value > 0 for value in (*figures.values(), *details.values()))
    p95_vs_p50 = figures["search_p95_vs_p50"]
    assert p95_vs_p50 is not None
    assert p95_vs_p50 >= 1.0


def test_mixed_questions_differ_in_their_number_of_pieces() -> None:
    questions = mixed_questions(800, 64)
    assert len(set(questions)) == 64
    assert len({len(in_parts(question)) for question in questions}) > 1
    assert questions == mixed_questions(800, 64)
