"""The reference store: one process, plain dictionaries, nothing on disk.

It says in the simplest way what every other store must do; the property tests use it as the
oracle of the SQLite store.
"""

from graphmem.stores.memory.store import MemoryStore

__all__ = ["MemoryStore"]
