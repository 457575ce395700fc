"""Our own stores pass the suite that we ship."""

from __future__ import annotations

from pathlib import Path

from graphmem.ports import GraphStore
from graphmem.stores.memory import MemoryStore
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    def make_store(self, folder: Path) -> GraphStore:
        return MemoryStore()


class TestSqliteStore(StoreContract):
    def make_store(self, folder: Path) -> GraphStore:
        return SqliteStore(folder / "graph.db")
