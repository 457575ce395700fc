"""The one seam to Ladybug: opening a file, running statements, and its errors in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphmem.errors import (
    GraphMemError,
    InvalidInput,
    MissingExtra,
    StatementTimedOut,
    StoreError,
)
from graphmem_queries import embedded

if TYPE_CHECKING:
    from ladybug import Connection, Database

__all__ = ["ENGINE", "Reading", "Writing", "engine_version", "writing"]

ENGINE = "the Cypher projection"
_N_THREADS = 2
_WRITE_POOL_BYTES = 1 << 30
# What a statement may hold at most: a result that is too large is an error, not a full machine.
_READ_POOL_BYTES = 512 << 20
# Addresses that are set aside, no memory; the engine's own default of 8 TiB is more than some
# containers give.
_MAX_BYTES = 1 << 40
_CHUNK = 5_000
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
            _connected(database) as connection,
        ):
            engine = Writing(connection)
            engine.run(embedded.plain("keep_log"))
            yield engine
    except (RuntimeError, ValueError) as error:
        if isinstance(error, GraphMemError):
            raise
        raise StoreError(f"{ENGINE} could not be made ({_said(error)})") from error


class Reading:
    """An intact file, opened so that nothing can write it; for many threads at once."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            StoreError: The engine cannot open it.
        """
        self._database = _open(path, read_only=True, pool=_READ_POOL_BYTES)

    def run(
        self, statement: str, parameters: Mapping[str, Any], *, limit: int, timeout_s: float
    ) -> tuple[list[str], list[list[Any]]]:
        """Run one statement that was checked.

        Returns:
            The columns, and up to `limit` rows in the engine's values.

        Raises:
            InvalidInput: The engine does not understand it, or it needs too much memory.
            StatementTimedOut: It took longer than it may.
        """
        try:
            with _connected(self._database) as connection:
                connection.set_query_timeout(max(1, round(timeout_s * 1_000)))
                result: Any = connection.execute(statement, dict(parameters))
                try:
                    return result.get_column_names(), result.get_n(limit)
                finally:
                    result.close()
        except (RuntimeError, ValueError, OverflowError) as error:
            raise _mapped(error, timeout_s) from error

    def close(self) -> None:
        """Let go of the file; closing twice is fine."""
        self._database.close()


def _open(path: Path, *, read_only: bool, pool: int) -> Database:
    engine_version()
    from ladybug import Database

    try:
        return Database(
            path,
            read_only=read_only,
            buffer_pool_size=pool,
            max_num_threads=_N_THREADS,
            max_db_size=_MAX_BYTES,
            # The log belongs to one version of the file, the file itself to several.
            auto_checkpoint=False,
        )
    except RuntimeError as error:
        raise StoreError(f"{ENGINE} at {path} cannot be opened ({_said(error)})") from error


@contextmanager
def _opened(path: Path, *, read_only: bool, pool: int) -> Iterator[Database]:
    database = _open(path, read_only=read_only, pool=pool)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _connected(database: Database) -> Iterator[Connection]:
    from ladybug import Connection

    connection = Connection(database, num_threads=_N_THREADS)
    try:
        yield connection
    finally:
        connection.close()


def _mapped(error: Exception, timeout_s: float) -> GraphMemError:
    said = _said(error)
    if said.startswith("Interrupted"):
        return StatementTimedOut(
            f"the statement took longer than {timeout_s:g} s and was stopped; narrow it with "
            "WHERE or LIMIT, or allow it more time"
        )
    if "Unable to allocate memory" in said:
        return InvalidInput(
            f"the statement needs more than the {_READ_POOL_BYTES >> 20} MiB that one may take; "
            "count or limit instead of collecting"
        )
    return InvalidInput(f"the statement cannot be run ({said})")


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:_SAID_MAX]
