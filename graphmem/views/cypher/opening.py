"""Opens a file with Ladybug; the seam that writers and the process that reads share.

It imports nothing of weight, because that process is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graphmem.errors import MissingExtra, StoreError

if TYPE_CHECKING:
    from ladybug import Connection, Database

__all__ = ["ENGINE", "connected", "engine_version", "open_database", "said"]

ENGINE = "the Cypher projection"
_N_THREADS = 2
# Addresses that are set aside, no memory. The engine's own default of 8 TiB is more than some
# containers give, and a limit on a process's addresses may leave it less than the first of these.
_MOST_BYTES = (1 << 36, 1 << 34, 1 << 32, 1 << 31, 1 << 30)
_NO_ADDRESSES = "Mmap for size"
_SAID_MAX = 300


def engine_version() -> str:
    """Return the engine's version, which its files are bound to.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import ladybug
    except ModuleNotFoundError as error:
        raise MissingExtra("cypher", "Cypher on a store without a server") from error
    return str(ladybug.__version__)


def open_database(path: Path, *, read_only: bool, pool: int) -> Database:
    """Open a file.

    Args:
        pool: bytes that the engine holds of it at most.

    Raises:
        MissingExtra: The engine is not installed.
        StoreError: It cannot open the file.
    """
    engine_version()
    for most in _MOST_BYTES:
        try:
            return _database(path, read_only=read_only, pool=pool, most=most)
        except RuntimeError as error:
            if _NO_ADDRESSES not in str(error) or most == _MOST_BYTES[-1]:
                raise StoreError(f"{ENGINE} at {path} cannot be opened ({said(error)})") from error
    raise AssertionError("the last size returns or raises")


def _database(path: Path, *, read_only: bool, pool: int, most: int) -> Database:
    from ladybug import Database

    return Database(
        path,
        read_only=read_only,
        buffer_pool_size=pool,
        max_num_threads=_N_THREADS,
        max_db_size=most,
        # The log belongs to one version of the file, the file itself to several.
        auto_checkpoint=False,
    )


@contextmanager
def connected(database: Database) -> Iterator[Connection]:
    """Lend a connection."""
    from ladybug import Connection

    connection = Connection(database, num_threads=_N_THREADS)
    try:
        yield connection
    finally:
        connection.close()


def said(error: Exception) -> str:
    """Return what the engine said, in one line."""
    return " ".join(str(error).split())[:_SAID_MAX]
