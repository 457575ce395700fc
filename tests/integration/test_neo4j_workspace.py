"""Working memory, hyperedges and concepts on a real server, held and served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.writing.concepts import assign
from scripts.neo4j_server.server import Neo4jServer

NOW = datetime(2024, 5, 1, tzinfo=UTC)
NOTES = (
    "Ann works at Blue Studio. Ann likes Miguel Santos.",
    "Miguel Santos works at Blue Studio.",
    "Miguel Santos lives in Sintra.",
    "Rex likes Bones.",
)
SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<urn:x:1> skos:prefLabel "studio" ; skos:broader <urn:x:2> .
<urn:x:2> skos:prefLabel "place" ."""


@pytest.fixture(scope="module")
def store(neo4j_alone: Neo4jServer) -> Iterator[Neo4jStore]:
    login = neo4j_alone.login
    made = Neo4jStore(login.uri.replace("://", f"://{login.user}:{login.password}@"))
    yield made
    made.close()


@pytest.mark.parametrize("served", [False, True])
def test_a_working_memory_finds_keeps_and_vanishes(
    store: Neo4jStore, served: bool, tmp_path: Path
) -> None:
    space = f"workspace-{served}"
    with Memory(
        store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor(), served=served
    ) as memory:
        for at, text in enumerate(NOTES):
            memory.add(text, source=f"n{at}")
        seq = memory.stats().seq
        with memory.workspace("Where does the owner of Blue Studio live?") as ws:
            ws.work()
            assert any("Sintra" in point.text for point in ws.points)
            assert not any("Rex" in point.text for point in ws.points)
            assert memory.stats().seq == seq
            receipt = ws.keep()
            assert receipt.added["Hyperedge"]
            assert ws.keep().seq == 0
        hits = memory.search("Who works at Blue Studio?", kinds=["hyperedge"]).hits
        assert {hit.uid for hit in hits} & set(receipt.added["Hyperedge"])
        path = tmp_path / "topics.ttl"
        path.write_text(SKOS, "utf-8")
        memory.load_concepts(path)
        assert memory.load_concepts(path).seq == 0
        uids = [n.uid for b in store.changes(space, 0, labels=("Proposition",)) for n in b.nodes]
        plan = partial(assign, uids, space=space, now=NOW)
        assert store.apply(space, plan).seq
        assert store.apply(space, plan).seq == 0
        assert {one.name for one in memory.concepts()} == {"place", "studio"}
        assert len(memory.about("place")) == memory.concepts("studio")[0].n_about > 0
        for number in range(len(NOTES)):
            memory.delete(source=f"n{number}")
        assert memory.stats().nodes == {"Concept": 2}
