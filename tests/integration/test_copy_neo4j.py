"""A space goes from a file into a real Neo4j and back, and is the same in all three."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from graphmem.core.changes import Changes
from graphmem.interop.compare import holdings
from graphmem.interop.copy import copy_space
from graphmem.ports import GraphStore
from graphmem.stores.memory import MemoryStore
from graphmem.stores.registry import open_store
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.random_graphs import changes
from graphmem.testing.samples import edge, one_of_each_label, passage, vector
from scripts.neo4j_server.server import Login


@pytest.fixture(scope="module")
def server(neo4j: Login) -> Iterator[GraphStore]:
    host = neo4j.uri.partition("://")[2]
    url = f"bolt://{neo4j.user}:{neo4j.password}@{host}/{neo4j.database}"
    with closing(open_store(url)) as store:
        yield store


def clear(store: GraphStore, space: str) -> None:
    labels = tuple(one.label for one in one_of_each_label())
    uids = [node.uid for batch in store.changes(space, 0, labels=labels) for node in batch.nodes]
    store.apply(space, lambda _: Changes(remove_nodes=tuple(uids)))


def test_a_space_goes_to_a_server_and_back(server: GraphStore, tmp_path: Path) -> None:
    space = f"copy-{uuid4()}"
    joined = edge("event", "entity", kind="ARGUMENT", sources={"s": 0.1, "t": 2.0}, role="agent")
    with (
        closing(SqliteStore(tmp_path / "old.db")) as old,
        closing(SqliteStore(tmp_path / "new.db")) as new,
    ):
        vectors = (vector("passage", 0.6, 0.8),)
        # Seconds are counted upwards to 1970, and Neo4j rounds those of before upwards too.
        moments = (datetime(1969, 6, 1, 0, 0, 0, 999_999, UTC), datetime.min.replace(tzinfo=UTC))
        early = tuple(passage(f"early {at.year}").model_copy(update={"at": at}) for at in moments)
        nodes = (*one_of_each_label(), *early)
        graph = Changes(nodes=nodes, edges=(joined,), vectors=vectors)
        old.apply("a", lambda _: graph)
        copy_space(old, "a", server, space)
        copy_space(server, space, new, "b")
        assert holdings(old, "a") == holdings(server, space) == holdings(new, "b")
        old.apply("a", lambda _: Changes(remove_nodes=("event",)))
        copy_space(old, "a", server, space)
        copy_space(server, space, new, "b")
        assert holdings(old, "a") == holdings(server, space) == holdings(new, "b")
    clear(server, space)


@given(graph=changes(max_nodes=4))
@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_graph_goes_to_a_server_as_it_is(server: GraphStore, graph: Changes) -> None:
    space, source = f"copy-{uuid4()}", MemoryStore()
    source.apply("a", lambda _: graph)
    if not graph.empty:
        copy_space(source, "a", server, space)
        assert holdings(source, "a") == holdings(server, space)
        clear(server, space)
