"""Runs our own statements on a file that is being made, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphmem.errors import GraphMemError, StoreError
from graphmem.views.cypher.opening import ENGINE, connected, open_database, said
from graphmem_queries import embedded

if TYPE_CHECKING:
    from ladybug import Connection, Database

__all__ = ["Writing", "writing"]

_WRITE_POOL_BYTES = 1 << 30
_CHUNK = 5_000


class Writing:
    """Runs our own statements on a file that is being made."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, statement: str, **parameters: Any) -> list[list[Any]]:
        """Run one statement and return its rows."""
        result: Any = self._connection.execute(statement, parameters)
        try:
            rows: list[list[Any]] = result.get_all()
            return rows
        finally:
            result.close()

    def run_rows(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement on all rows, a few thousand at a time."""
        for at in range(0, len(rows), _CHUNK):
            self.run(statement, rows=[dict(row) for row in rows[at : at + _CHUNK]])


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """Open a file to write; what is new stays in its log (`path` + ".wal") until a checkpoint.

    Raises:
        StoreError: The engine could not do what was asked.
    """
    try:
        with (
            _opened(path, read_only=False, pool=_WRITE_POOL_BYTES) as database,
            connected(database) as connection,
        ):
            engine = Writing(connection)
            engine.run(embedded.plain("keep_log"))
            yield engine
    except (RuntimeError, ValueError) as error:
        if isinstance(error, GraphMemError):
            raise
        raise StoreError(f"{ENGINE} could not be made ({said(error)})") from error


@contextmanager
def _opened(path: Path, *, read_only: bool, pool: int) -> Iterator[Database]:
    database = open_database(path, read_only=read_only, pool=pool)
    try:
        yield database
    finally:
        database.close()
