"""The embedded store: one SQLite file that many processes read and write at once."""

from graphmem.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
