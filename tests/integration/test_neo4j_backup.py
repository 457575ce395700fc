"""A dump taken with `neo4j-admin` is a backup: what it brings back is whole, and is noticed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from graphmem import Memory
from graphmem.stores.neo4j import Neo4jStore
from scripts.neo4j_server.server import Neo4jServer

OLD, LOST, NEW = "Mara lives in Porto.", "Mara lives in Lisbon.", "Mara lives in Bergen."


def texts(memory: Memory) -> set[str]:
    return {hit.text for hit in memory.search("Where does Mara live?").hits}


def test_views_follow_a_database_that_was_put_back(
    neo4j_alone: Neo4jServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHMEM_VIEWS_DIR", str(tmp_path / "views"))
    login = neo4j_alone.login
    target = login.uri.replace("://", f"://{login.user}:{quote(login.password, safe='')}@")
    with Memory(target) as memory:
        memory.add(OLD, source="old")
        assert texts(memory) == {OLD}
    neo4j_alone.stop()
    neo4j_alone.admin("database", "dump", "neo4j", f"--to-path={tmp_path}")
    neo4j_alone.start()
    with Memory(target) as memory:
        memory.add(LOST, source="lost")
        assert texts(memory) == {OLD, LOST}
        # It stays open while the server goes, and comes back with another history.
        neo4j_alone.stop()
        neo4j_alone.admin(
            "database", "load", "neo4j", f"--from-path={tmp_path}", "--overwrite-destination=true"
        )
        neo4j_alone.start()
        assert texts(memory) == {OLD}
        memory.add(NEW, source="new")
        assert texts(memory) == {OLD, NEW}
    with Memory(target) as memory, Memory(target, served=True) as served:
        assert texts(memory) == texts(served) == {OLD, NEW}
    store = Neo4jStore(target)
    assert store.check() == []
    store.close()
