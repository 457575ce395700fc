"""What is read apart from the store and committed later is what `add` would have stored."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from graphmem import Memory
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store
from graphmem.writing.accept import accept
from graphmem.writing.prepare import prepare
from graphmem.writing.writer import Writer

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TALK = [
    {"speaker": "Ada", "text": "I moved to Lisbon last May.", "at": "2024-06-01"},
    {"speaker": "Ben", "text": "You told me that you work at Halden Labs."},
]
NOTE = "# Boats\n\nThe Heron lies in Porto. Ada sold it to Ben in 2023."


@pytest.fixture(scope="module")
def models():
    return LazyModels()


def _texts():
    return [
        *accept(TALK, source="talk", at=None, title=None),
        *accept(NOTE, source="note", at="2024-01-02", title=None),
    ]


def _graph(store):
    counts = store.count("default")
    labels, kinds = tuple(counts.nodes), tuple(counts.edges)
    batches = list(store.changes("default", 0, labels=labels, kinds=kinds, vectors=True))
    nodes = {node.uid: node for batch in batches for node in batch.nodes}
    edges = {(e.kind, e.start, e.end): e for batch in batches for e in batch.edges}
    vectors = {v.uid: v.values.tobytes() for batch in batches for v in batch.vectors}
    return nodes, edges, vectors


def test_the_same_graph_as_by_add(models):
    added, committed = open_store("memory://"), open_store("memory://")
    Writer(added, "default", models, lambda: NOW).add(_texts(), lambda *_: None)
    # As between processes.
    read = [pickle.loads(pickle.dumps(prepare(text, models))) for text in _texts()]
    Writer(committed, "default", models, lambda: NOW).commit(read)

    assert _graph(committed) == _graph(added)
    assert _graph(committed)[0]


def test_committing_twice_changes_nothing(models):
    store = open_store("memory://")
    writer = Writer(store, "default", models, lambda: NOW)
    read = [prepare(text, models) for text in _texts()]
    first = writer.commit(read)
    again = writer.commit(read)

    assert first.changed
    assert not again.changed
    assert again.sources == first.sources == tuple(one.uid for one in read)


def test_without_parsing_there_are_passages_and_vectors(models):
    store = open_store("memory://")
    Writer(store, "default", models, lambda: NOW).commit(
        [prepare(text, models, "embed") for text in _texts()]
    )
    memory = Memory(store)

    # The title names what the note is about.
    assert set(memory.stats().nodes) == {"Source", "Passage", "Entity"}
    assert "Lisbon" in memory.search("Where did Ada move?").hits[0].text
