"""The same texts give the same graph and the same answers on a file and on a real Neo4j."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing.fakes import FixedClock
from scripts.compare_homes import NOW, compare, example_texts, fill
from scripts.neo4j_server.server import Neo4jServer

SPACE = "homes"


@pytest.fixture(scope="module")
def homes(
    neo4j_alone: Neo4jServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Memory, Memory]]:
    login = neo4j_alone.login
    store = Neo4jStore(login.uri.replace("://", f"://{login.user}:{login.password}@"))
    file = tmp_path_factory.mktemp("homes") / "agent.db"
    texts, _ = example_texts()
    with (
        Memory(file, space=SPACE, clock=FixedClock(NOW)) as held,
        Memory(store, space=SPACE, clock=FixedClock(NOW)) as served,
    ):
        for memory in (held, served):
            fill(memory, texts)
        yield held, served
    store.close()


def test_the_graph_is_the_same(homes: tuple[Memory, Memory], tmp_path: Path) -> None:
    files = []
    for number, memory in enumerate(homes):
        files.append(tmp_path / f"{number}.jsonl")
        memory.export(files[-1])
    # The first line names the store's own commit numbers.
    one, other = (sorted(file.read_text("utf-8").splitlines()[1:]) for file in files)
    assert len(one) > 1_000
    assert one == other


def test_hits_scores_and_contexts_are_the_same(homes: tuple[Memory, Memory]) -> None:
    _, questions = example_texts()
    assert len(questions) > 8
    assert compare(*homes, questions).agree
    for question in questions:
        one, other = (memory.context(question) for memory in homes)
        assert one.text == other.text
        assert one.citations == other.citations


def test_facts_and_their_history_are_the_same(homes: tuple[Memory, Memory]) -> None:
    held, served = homes
    one, other = (m.search("Where does Mara live?", k=30, kinds=["proposition"]) for m in homes)
    assert [hit.uid for hit in one.hits] == [hit.uid for hit in other.hits]
    assert one.hits
    for hit in one.hits[:10]:
        assert held.get(hit.uid) == served.get(hit.uid)
        assert held.history(hit.uid) == served.history(hit.uid)


def test_deleting_a_source_leaves_the_same(homes: tuple[Memory, Memory], tmp_path: Path) -> None:
    held, served = homes
    name = example_texts()[0][0][0]
    receipts = [memory.delete(source=name) for memory in homes]
    assert receipts[0].nodes == receipts[1].nodes
    assert receipts[0].edges == receipts[1].edges
    counts = [memory.stats() for memory in (held, served)]
    assert (counts[0].nodes, counts[0].edges) == (counts[1].nodes, counts[1].edges)
