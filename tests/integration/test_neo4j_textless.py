"""A graph without text on a real server, held and served: it ranks as it does in memory."""

from __future__ import annotations

from datetime import UTC, datetime

from graphmem import Memory
from graphmem.core.changes import Changes
from graphmem.ports import GraphStore
from graphmem.stores.memory import MemoryStore
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Concept, Edge, Entity, Hit, HitKind, Hyperedge, Node, Proposition
from scripts.neo4j_server.server import Neo4jServer

NOW = datetime(2024, 5, 1, tzinfo=UTC)
SPACE = "textless"
ASKED = "Where does Ann Berg live?"
KINDS: tuple[HitKind, ...] = ("proposition", "entity", "hyperedge", "concept")


def _graph() -> Changes:
    nodes: list[Node] = [
        Entity(uid=f"e-{name}", recorded_at=NOW, name=name, key=name.casefold())
        for name in ("Ann Berg", "Oslo", "Norway", "Cleo")
    ]
    told = {"lives": ("Ann Berg", "Oslo"), "capital": ("Oslo", "Norway")}
    nodes += [
        Proposition(
            uid=uid, recorded_at=NOW, text=f"{one} {uid} {other}", predicate=uid,
            subject=f"e-{one}", object=f"e-{other}",
        )
        for uid, (one, other) in told.items()
    ]  # fmt: skip
    nodes.append(Hyperedge(uid="trip", recorded_at=NOW, kind="voyage", text="They sailed"))
    nodes.append(Concept(uid="c-sailing", recorded_at=NOW, name="Sailing", key="sailing"))
    ends = [("SUBJECT", uid, f"e-{one}") for uid, (one, _) in told.items()]
    ends += [("OBJECT", uid, f"e-{other}") for uid, (_, other) in told.items()]
    ends += [("MEMBER", "trip", "e-Ann Berg"), ("MEMBER", "trip", "e-Cleo")]
    ends.append(("ABOUT", "trip", "c-sailing"))
    edges = [
        Edge.model_validate({"kind": kind, "start": start, "end": end, "sources": {"x": 1.0}})
        for kind, start, end in ends
    ]
    return Changes(tuple(nodes), tuple(edges))


def _found(store: GraphStore, *, served: bool) -> tuple[Hit, ...]:
    memory = Memory(
        store, space=SPACE, embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(NOW), served=served,
    )  # fmt: skip
    with memory:
        recall = memory.search(ASKED, kinds=KINDS)
    assert recall.abstained is None
    return recall.hits


def test_a_walk_on_the_server_ranks_as_one_in_memory(neo4j_alone: Neo4jServer) -> None:
    login = neo4j_alone.login
    real = Neo4jStore(login.uri.replace("://", f"://{login.user}:{login.password}@"))
    here = MemoryStore()
    for store in (real, here):
        store.apply(SPACE, lambda _: _graph())
    expected = _found(here, served=False)
    assert {hit.kind for hit in expected} == set(KINDS)
    assert _found(real, served=False) == expected
    assert _found(real, served=True) == expected
    real.close()
