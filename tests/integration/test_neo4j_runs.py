"""Runs, lessons and feedback on a real server say what they say in memory, held and served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graphmem import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from scripts.neo4j_server.server import Login

START = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = [
    ("go to sink 1", "At the sink 1, you see a cup 1."),
    ("take cup 1", "You hold it."),
    ("wash cup 1", "The cup 1 is clean."),
]


@pytest.fixture(scope="module")
def store(neo4j: Login) -> Iterator[Neo4jStore]:
    made = Neo4jStore(neo4j.uri.replace("://", f"://{neo4j.user}:{neo4j.password}@"))
    yield made
    made.close()


def live(store: Any, space: str, *, served: bool) -> list[Any]:
    """Do a bit of everything; return what was answered."""
    clock = FixedClock(START, step=timedelta(seconds=1))
    with Memory(
        store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=clock,
        served=served,
    ) as memory:  # fmt: skip
        for number in range(4):
            memory.add_run("wash a cup", GOOD, number > 0, source=f"r{number}")
        memory.add_run("wash a cup in water", GOOD, True, source="w1")
        memory.add_run("wash a cup in water", GOOD, True, source="w2")
        memory.add_prescriptions([{"when": "washing", "text": "Use soap."}], source="book")
        memory.consolidate()
        recall = memory.insights("wash a cup")
        memory.feedback(recall.id, [recall.hits[0].uid], False)
        memory.delete(source="r0")
        asked = ("insights", "similar", "prescriptions")
        answers = [getattr(memory, ask)("wash a cup") for ask in asked]
        said = [
            [(hit.uid, hit.text, hit.title, round(hit.score, 9)) for hit in answer.hits]
            for answer in answers
        ]
        counts = memory.stats()
        memory.delete(space=space)
        return [said, counts.nodes, counts.edges, memory.stats().nodes]


@pytest.mark.parametrize("served", [False, True])
def test_a_server_tells_the_same_as_memory(store: Neo4jStore, served: bool) -> None:
    space = f"runs-{served}"
    assert live(store, space, served=served) == live(MemoryStore(), space, served=False)
