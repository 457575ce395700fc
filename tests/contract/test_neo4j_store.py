"""The Neo4j store passes the suite that we ship, on a real server with a login."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import Driver, GraphDatabase

from graphmem.errors import StoreBusy
from graphmem.ports import GraphStore
from graphmem.stores.neo4j import Neo4jStore, edges
from graphmem.testing.graph_contract import put
from graphmem.testing.samples import edge, entity, passage, vector
from graphmem.testing.store_contract import StoreContract
from scripts.neo4j_server.server import Login, Neo4jServer


@pytest.fixture(scope="module")
def login(neo4j_alone: Neo4jServer) -> Login:
    return neo4j_alone.login


@pytest.fixture(scope="module")
def driver(login: Login) -> Iterator[Driver]:
    with GraphDatabase.driver(login.uri, auth=(login.user, login.password)) as made:
        yield made


class TestNeo4jStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _empty(self, driver: Driver, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
        """Leave a database as it is after its first opening: indexes, and no node at all."""
        driver.execute_query("MATCH (n) DETACH DELETE n", database_=login.database)
        monkeypatch.setenv("NEO4J_URI", login.uri)
        monkeypatch.setenv("NEO4J_USER", login.user)
        monkeypatch.setenv("NEO4J_PASSWORD", login.password)

    def make_store(self, folder: Path) -> GraphStore:
        return Neo4jStore("neo4j://")

    def test_a_mirror_kept_by_the_feed_equals_the_store(self, store: GraphStore) -> None:
        """And the doctor has nothing to say of the history that makes them."""
        super().test_a_mirror_kept_by_the_feed_equals_the_store(store)
        assert isinstance(store, Neo4jStore)
        assert store.check() == []

    def test_nothing_hangs_on_a_space_that_was_emptied(
        self, store: GraphStore, driver: Driver
    ) -> None:
        """But its number and its commits, which views need; other spaces keep what they have."""
        rows = "MATCH (c:GraphmemContribution) RETURN c.space, count(c)"
        pair = (entity("x", aliases=("z",)), entity("y"))
        for space in ("a", "b"):
            both = (edge("x", "y", sources={"s": 1.0, "t": 1.0}), edge("y", "x"))
            put(store, space, nodes=pair, edges=both, vectors=(vector("x"),))
        put(store, "a", remove_nodes=("x", "y"))
        assert [record.values() for record in driver.execute_query(rows).records] == [["b", 2]]
        counted = "MATCH (n) WHERE n.space = 'a' AND NOT n:GraphmemCommit RETURN count(n)"
        assert driver.execute_query(counted).records[0].value() == 0
        assert isinstance(store, Neo4jStore)
        assert store.check() == []
        left = "CREATE (:GraphmemContribution {space: 'a', source: 's', seq: 1, edges: []})"
        driver.execute_query(left)
        (problem,) = store.check()
        assert "'a' has no edges, but 1 rows" in problem

    def test_what_is_on_disk_is_not_denied_by_its_index(
        self,
        store: GraphStore,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The index is made after the commit: that it cannot be is logged, and tried again."""

        def fail(*_: object) -> None:
            raise StoreBusy("the server is busy with its indexes")

        with monkeypatch.context() as patch:
            patch.setattr("graphmem.stores.neo4j.store.index_vectors", fail)
            assert put(store, nodes=(passage("x"),), vectors=(vector("x"),)).seq == 1
        assert "busy with its indexes" in caplog.text
        assert store.get("a", ["x"]) == [passage("x")]
        caplog.clear()
        assert put(store, nodes=(passage("y"),), vectors=(vector("y"),)).seq == 2
        assert caplog.text == ""
        assert isinstance(store, Neo4jStore)
        assert store._indexed == {"Passage"}

    def test_two_stores_have_two_identities(self, tmp_path: Path) -> None:
        """A server of the Community edition has one database, so the two come one by one."""
        identities = []
        for _ in range(2):
            store = Neo4jStore("neo4j://")
            identities.append(store.identity)
            store._client.write("MATCH (n) DETACH DELETE n")
            store.close()
        assert identities[0] != identities[1]


class TestNeo4jStoreWithContributionsApart(TestNeo4jStore):
    """Edges name one source; every other stands apart."""

    @pytest.fixture(autouse=True)
    def _one_inline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(edges, "_MAX_INLINE", 1)

    def test_one_more_source_costs_what_it_says(self, store: GraphStore, driver: Driver) -> None:
        """It was written with all the others, each time."""
        several = {f"s{n:03}": 1.0 for n in range(200)}
        pair = (entity("x"), entity("y"))
        put(store, nodes=pair, edges=(edge("x", "y", sources=several),))
        put(store, edges=(edge("x", "y", sources={"late": 0.5}),))
        said = "MATCH ()-[r:SIMILAR]->() RETURN size(r.sources), r.n_beyond, r.weight"
        assert driver.execute_query(said).records[0].values() == [1, 200, 200.5]
        assert put(store, remove_sources=("s007", "s000", "late")).n_edges_removed == {}
        assert driver.execute_query(said).records[0].values() == [0, 198, 198.0]
        assert isinstance(store, Neo4jStore)
        assert store.check() == []
        put(store, remove_nodes=("x",))
        left = driver.execute_query("MATCH (s:GraphmemShare) RETURN count(s)").records
        assert left[0].values() == [0]

    def test_the_doctor_counts_them(self, store: GraphStore, driver: Driver) -> None:
        put(store, nodes=(entity("x"),), edges=(edge("x", "x", sources={"s": 1.0, "t": 1.0}),))
        driver.execute_query("MATCH (s:GraphmemShare) DELETE s")
        assert isinstance(store, Neo4jStore)
        assert any("0 contributions to edges apart" in said for said in store.check())
