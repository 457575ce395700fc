"""What is exported comes back: the same nodes, edges with their sources, and vectors."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.interop.compare import holdings
from graphmem.interop.files import export_space, import_space
from graphmem.ports import GraphStore
from graphmem.stores.memory import MemoryStore
from graphmem.testing.random_graphs import DIMENSION, changes

EMBEDDER = f"some ({DIMENSION} dimensions)"
SPACES = st.sampled_from(["a", "é \U0001f600", "a/b%2F c", "<x> {\n", "'; DROP", '"#\\'])


def store_with(graph: Changes, space: str) -> GraphStore:
    store = MemoryStore()
    store.apply(space, lambda _: graph)
    return store


def ignore(embedder: str | None) -> None:
    """Take vectors of any embedder."""


@pytest.mark.parametrize("ending", [".jsonl", ".trig", ".ttl"])
@given(graph=changes(), space=SPACES)
@settings(suppress_health_check=list(HealthCheck))
def test_any_graph_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, ending: str, graph: Changes, space: str
) -> None:
    path = tmp_path_factory.mktemp("formats") / f"graph{ending}"
    before, after = store_with(graph, space), MemoryStore()
    n_rows = export_space(before, space, path, EMBEDDER, vectors=True)
    assert n_rows == len(graph.nodes) + len(graph.edges) + len(graph.vectors)
    assert import_space(after, "other", path, ignore) == n_rows
    assert holdings(after, "other") == holdings(before, space)
    assert import_space(after, "other", path, ignore) == n_rows
    assert after.seq("other") == (1 if graph.nodes else 0)


@given(graph=changes())
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_rdf_leaves_vectors_out_unless_asked(
    tmp_path_factory: pytest.TempPathFactory, graph: Changes
) -> None:
    path: Path = tmp_path_factory.mktemp("formats") / "graph.trig"
    before, after = store_with(graph, "a"), MemoryStore()
    export_space(before, "a", path, EMBEDDER)
    import_space(after, "a", path, ignore)
    wanted, found = holdings(before, "a").counts, holdings(after, "a").counts
    wanted.pop("vectors", None)
    assert found == wanted
