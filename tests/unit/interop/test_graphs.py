"""A space as the graph of another library, or in a file that such a tool opens."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime
from pathlib import Path
from typing import Any

import igraph
import networkx
import pytest
from hypothesis import HealthCheck, given, settings

from graphmem.core.changes import Changes
from graphmem.core.property_graph import edge_from, edge_properties, node_from
from graphmem.errors import InvalidInput, MissingExtra, StoreBusy
from graphmem.interop.graphml import export_graphml
from graphmem.interop.igraph import to_igraph
from graphmem.interop.networkx import to_networkx
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder
from graphmem.testing.random_graphs import changes
from graphmem.testing.samples import edge, entity, one_of_each_label

NS = "{http://graphml.graphdrawing.org/xmlns}"
quick = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def store_with(graph: Changes, space: str = "a") -> MemoryStore:
    store = MemoryStore()
    store.apply(space, lambda _: graph)
    return store


@given(graph=changes())
@quick
def test_networkx_has_every_node_and_edge_with_its_attributes(graph: Changes) -> None:
    made = to_networkx(store_with(graph), "a")
    nodes = {uid: node_from(said["label"], said) for uid, said in made.nodes(data=True)}
    assert nodes == {node.uid: node for node in graph.nodes}
    edges = [edge_from(key, *ends, said) for *ends, key, said in _edges(made)]
    assert len(edges) == len(graph.edges)
    assert all(one in graph.edges for one in edges)


def _edges(graph: Any) -> list[tuple[Any, ...]]:
    return [(start, end, key, said) for start, end, key, said in graph.edges(keys=True, data=True)]


@given(graph=changes())
@quick
def test_igraph_has_the_same(graph: Changes) -> None:
    made = to_igraph(store_with(graph), "a")
    assert made.is_directed()
    told = [{k: v for k, v in one.attributes().items() if v is not None} for one in made.vs]
    assert {node_from(said["label"], said) for said in told} == set(graph.nodes)
    uids = made.vs["uid"] if graph.nodes else []
    for one in made.es:
        said = {k: v for k, v in one.attributes().items() if v is not None}
        assert edge_from(said["kind"], uids[one.source], uids[one.target], said) in graph.edges


def test_igraph_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(MissingExtra, match=r"graphmem\[igraph\]"):
        to_igraph(MemoryStore(), "a")


def test_a_memory_gives_its_own_space_only() -> None:
    store = store_with(Changes(nodes=(entity("x"),)))
    store.apply("b", lambda _: Changes(nodes=(entity("y"),)))
    with Memory(store, space="a", embedder=FakeEmbedder()) as memory:
        assert list(memory.graph()) == ["x"]
        assert memory.graph("igraph").vs["uid"] == ["x"]
        with pytest.raises(InvalidInput, match="'networkx' or 'igraph'"):
            memory.graph("dot")


def test_a_graph_that_is_always_overtaken_says_so() -> None:
    store = store_with(Changes(nodes=(entity("x"),)))
    seqs = iter(range(100))
    store.seq = lambda _: next(seqs)  # type: ignore[method-assign]
    with pytest.raises(StoreBusy, match="wrote to space 'a'"):
        to_networkx(store, "a")


@given(graph=changes())
@quick
def test_graphml_is_read_back_by_networkx_and_igraph(
    tmp_path_factory: pytest.TempPathFactory, graph: Changes
) -> None:
    path = tmp_path_factory.mktemp("graphml") / "graph.graphml"
    assert export_graphml(store_with(graph), "a", path, None) == len(graph.nodes + graph.edges)
    read = networkx.read_graphml(path, force_multigraph=True)
    assert read.number_of_nodes() == len(graph.nodes)
    kinds = sorted(said["label"] for *_, said in read.edges(data=True))
    assert kinds == sorted(one.kind for one in graph.edges)
    for _, said in read.nodes(data=True):
        datetime.fromisoformat(said["recorded_at"])
    other = igraph.Graph.Read_GraphML(str(path))
    assert (other.vcount(), other.ecount()) == (len(graph.nodes), len(graph.edges))


def test_graphml_types_dates_lists_and_captions(tmp_path: Path) -> None:
    both = edge("event", "entity", kind="ARGUMENT", sources={"s": 1.0, "t": 0.5}, role="agent")
    store = store_with(Changes(nodes=one_of_each_label(), edges=(both,)))
    path = tmp_path / "graph.graphml"
    export_graphml(store, "a", path, None)
    read = networkx.read_graphml(path)
    said = read.nodes["proposition"]
    assert (said["negated"], said["confidence"]) == (True, 0.1)
    assert (said["labels"], said["label"]) == ("Proposition", "Zoë likes tea")
    assert said["valid_from"] == "2024-02-29T12:30:15.123456+00:00"
    assert "object" not in said
    assert read.nodes["entity"]["aliases"] == "zoe; z"
    assert read.nodes["interaction"]["position"] == 4
    assert read.nodes["passage"]["text"] == "Zoë\n said:\t“hi”\u200b"  # no NUL in XML
    (joined,) = [said for *_, said in read.edges(data=True)]
    assert joined["shares"] == "1.0; 0.5"
    assert joined["weight"] == edge_properties(both)["weight"]
    declared = {key.get("id") for key in ElementTree.parse(path).iter(f"{NS}key")}
    used = {data.get("key") for data in ElementTree.parse(path).iter(f"{NS}data")}
    assert used <= declared


def test_graphml_keeps_uids_apart_that_differ_in_what_xml_cannot_say(tmp_path: Path) -> None:
    uids = ["a\x00", "a\x01", "a%00", "a b", "a\tb", 'a"b<&>', "é"]
    pairs = tuple(edge(uid, "é", sources={"s": 1.0}) for uid in uids)
    store = store_with(Changes(nodes=tuple(entity(uid) for uid in uids), edges=pairs))
    path = tmp_path / "graph.graphml"
    export_graphml(store, "a", path, None)
    read = networkx.read_graphml(path)
    assert read.number_of_nodes() == read.number_of_edges() == len(uids)


def test_graphml_refuses_vectors_and_keeps_what_is_no_export(tmp_path: Path) -> None:
    with Memory(store_with(Changes()), space="a", embedder=FakeEmbedder()) as memory:
        with pytest.raises(InvalidInput, match="no place for vectors"):
            memory.export(tmp_path / "g.graphml", vectors=True)
        (tmp_path / "mine.graphml").write_text("<graphml/>")
        with pytest.raises(InvalidInput, match="no export of graphmem"):
            memory.export(tmp_path / "mine.graphml")
        memory.export(tmp_path / "g.graphml")
        memory.export(tmp_path / "g.graphml")
        with pytest.raises(InvalidInput, match=r"'\.graphml': use one of"):
            memory.import_(tmp_path / "g.graphml")
