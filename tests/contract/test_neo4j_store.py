"""The Neo4j store passes the suite that we ship, on a real server with a login."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import Driver, GraphDatabase

from graphmem.ports import GraphStore
from graphmem.stores.neo4j import Neo4jStore
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

    def test_a_store_is_sound_after_a_life(self, store: GraphStore) -> None:
        """The doctor has nothing to say of the histories that the suite makes."""
        self.test_a_mirror_kept_by_the_feed_equals_the_store(store)
        assert isinstance(store, Neo4jStore)
        assert store.check() == []

    def test_two_stores_have_two_identities(self, tmp_path: Path) -> None:
        """A server of the Community edition has one database, so the two come one by one."""
        identities = []
        for _ in range(2):
            store = Neo4jStore("neo4j://")
            identities.append(store.identity)
            store._client.write("MATCH (n) DETACH DELETE n")
            store.close()
        assert identities[0] != identities[1]
