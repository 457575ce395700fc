"""Connections: what many threads have read is not held for each of them without end."""

from __future__ import annotations

import _sqlite3
import ctypes
from contextlib import ExitStack
from pathlib import Path

import pytest

from graphmem.stores.sqlite.pool import ConnectionPool

MIB = 2**20
PAGES_OF_ONE = 16 * MIB


def memory_used() -> int:
    """Return what SQLite holds in this process."""
    try:
        used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    except AttributeError:
        pytest.skip("this Python's SQLite does not tell how much memory it holds")
    used.restype = ctypes.c_int64
    if not (held := int(used())):
        pytest.skip("this SQLite was built without counting its memory")
    return held


def test_of_many_idle_connections_two_keep_their_pages(tmp_path: Path) -> None:
    pool = ConnectionPool(tmp_path / "a.db")
    with pool.connection() as connection:
        connection.execute("CREATE TABLE large (body BLOB)")
        rows = ((b"x" * 3_000,) for _ in range(8_000))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO large VALUES (?)", rows)
        connection.execute("COMMIT")
    before = memory_used()
    with ExitStack() as lent:
        for connection in [lent.enter_context(pool.connection()) for _ in range(8)]:
            connection.execute("SELECT sum(length(body)) FROM large").fetchone()
        assert memory_used() - before > 6 * PAGES_OF_ONE
    assert memory_used() < 2.5 * PAGES_OF_ONE
    pool.close()
