"""Feedback on a real server moves what was used, held and served, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from graphmem import Memory
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from scripts.neo4j_server.server import Login

START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = "Where does Ann keep the red kite?"
OTHER = "Who paints boats in Oslo?"
NOTES = [
    "Ann keeps the red kite in the shed.",
    "The red kite of Ann hangs in the hall.",
    "Boats of Oslo are painted by Cleo.",
]


@pytest.fixture(scope="module")
def store(neo4j: Login) -> Iterator[Neo4jStore]:
    made = Neo4jStore(neo4j.uri.replace("://", f"://{neo4j.user}:{neo4j.password}@"))
    yield made
    made.close()


def open_memory(store: Neo4jStore, *, served: bool) -> Memory:
    return Memory(
        store,
        space=f"feedback-{served}",
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=FixedClock(START, timedelta(seconds=1)),
        served=served,
    )


def rankings(memory: Memory) -> list[list[tuple[str, float]]]:
    recalls = [memory.search(question) for question in (ASKED, OTHER)]
    return [[(hit.uid, hit.score) for hit in recall.hits] for recall in recalls]


@pytest.mark.parametrize("served", [False, True])
def test_it_moves_what_was_used_and_goes_when_taken_back(
    store: Neo4jStore, *, served: bool
) -> None:
    with open_memory(store, served=served) as memory:
        for number, text in enumerate(NOTES):
            memory.add(text, source=f"note-{number}")
        before = rankings(memory)
        recall = memory.search(ASKED)
        last = recall.hits[1].uid
        receipt = memory.feedback(recall.id, [last], "success")
        liked = rankings(memory)
        assert dict(liked[0])[last] > dict(before[0])[last]
        assert liked[1] == before[1]
    with open_memory(store, served=served) as memory:
        assert rankings(memory) == liked
        memory.delete(receipt.added["Query"][0])
        assert rankings(memory) == before
        recall = memory.search(ASKED)
        memory.feedback(recall.id, [last], "failure")
        assert dict(rankings(memory)[0])[last] < dict(before[0])[last]
        memory.delete(last)
        assert "Query" not in memory.stats().nodes
        memory.delete(space=memory.space)
