"""`SqliteStore`: the graph in one file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local

from graphmem.core.changes import ChangeBatch, Commit, Counts, EdgeKey, EdgeRow
from graphmem.errors import InvalidInput, NotAStore, StoreBusy, StoreCorrupt
from graphmem.ports import Capability, Plan
from graphmem.stores.sqlite.bulk import edge_rows
from graphmem.stores.sqlite.check import problems
from graphmem.stores.sqlite.feed import Wanted, next_batch
from graphmem.stores.sqlite.mapping import BUSY_TIMEOUT_S, mapped
from graphmem.stores.sqlite.paging import page, page_by_key, page_of_edges
from graphmem.stores.sqlite.pool import ConnectionPool, begin_write, empty_log
from graphmem.stores.sqlite.reads import SqliteReader, space_id
from graphmem.stores.sqlite.schema import is_cut, prepare
from graphmem.stores.sqlite.writes import write
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["SqliteStore"]


class SqliteStore:
    """Holds the graph in one SQLite file that many threads and processes may share.

    A commit is on disk before `apply` returns (write-ahead log, full sync). Readers never wait
    for writers; writers wait for each other, for up to a minute.
    """

    capabilities: frozenset[Capability] = frozenset(
        {Capability.PERSISTENT, Capability.MANY_PROCESSES}
    )

    def __init__(self, path: str | Path) -> None:
        """Open the store, or make it where there is no file yet.

        Raises:
            InvalidInput: The path cannot be one.
            NotAStore: The path is a folder or another program's file.
            SchemaTooNew: A newer graphmem wrote the file.
            StoreError: The file cannot be opened, read or made.
        """
        if str(path) in ("", ":memory:"):
            msg = f"{str(path)!r} is not a file; for a store in memory say memory://"
            raise InvalidInput(msg)
        self.path = Path(path).absolute()
        self.views_folder: Path | None = self.path.with_name(self.path.name + ".views")
        self._pool = ConnectionPool(self.path)
        self._turn = Lock()
        self._planning = local()
        try:
            with mapped(self.path):
                self.identity = self._open()
        except BaseException:
            self._pool.close()
            raise

    def _open(self) -> str:
        if "\x00" in str(self.path):
            msg = f"{str(self.path)!a} cannot be a path; give one without NUL"
            raise InvalidInput(msg)
        if self.path.is_dir():
            msg = f"{self.path} is a folder; give the path of a file in it"
            raise NotAStore(msg)
        self._refuse_emptied()
        cut = is_cut(self.path)
        with self._pool.connection() as connection:
            identity = prepare(connection, self.path)
        if cut:
            msg = f"the end of the store {self.path} is missing; `graphmem doctor` says more"
            raise StoreCorrupt(msg)
        return identity

    def _refuse_emptied(self) -> None:
        """A file of no bytes is a new store, unless it has had views: then something cut it."""
        log = self.path.with_name(self.path.name + "-wal")
        had_views = self.views_folder is not None and self.views_folder.is_dir()
        if had_views and not log.exists() and self.path.is_file() and not self.path.stat().st_size:
            msg = (
                f"{self.path} has no bytes, but views of a store lie beside it: restore the file "
                "from a backup, or remove it to begin anew; `graphmem doctor` says more"
            )
            raise StoreCorrupt(msg)

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        with self._reading() as connection:
            return SqliteReader(connection, self.path).get(space, uids)

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        with self._reading() as connection:
            return SqliteReader(connection, self.path).find(space, label, keys)

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        with self._reading() as connection:
            return SqliteReader(connection, self.path).neighbours(space, uids, kinds)

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`; reads counters, not rows."""
        with self._reading() as connection:
            return SqliteReader(connection, self.path).count(space)

    def seq(self, space: str) -> int:
        """Return the number of the space's newest commit; 0 for a space never written."""
        with mapped(self.path), self._pool.connection() as connection:
            held = space_id(connection, space)
            return held[1] if held else 0

    def newest(self, space: str) -> tuple[int, str]:
        """Return the number and the mark of the space's newest commit; 0 and "" for none."""
        query = (
            "SELECT space.seq, commit_token.token FROM space LEFT JOIN commit_token"
            " ON commit_token.space = space.id AND commit_token.seq = space.seq WHERE name = ?"
        )
        with mapped(self.path), self._pool.connection() as connection:
            row = connection.execute(query, (space,)).fetchone()
            return (row[0], bytes(row[1] or b"").hex()) if row else (0, "")

    def token(self, space: str, seq: int) -> str | None:
        """Return the random mark of the space's commit; None where it made no such commit."""
        query = "SELECT token FROM commit_token JOIN space ON id = space WHERE name = ?"
        with mapped(self.path), self._pool.connection() as connection:
            row = connection.execute(f"{query} AND commit_token.seq = ?", (space, seq)).fetchone()
            return bytes(row[0]).hex() if row else None

    def spaces(self) -> list[str]:
        """Return the sorted names of the spaces that hold a node."""
        query = (
            "SELECT name FROM space WHERE EXISTS (SELECT 1 FROM tally"
            " WHERE space = space.id AND sort = 'node' AND n > 0) ORDER BY name"
        )
        with self._reading() as connection:
            return [name for (name,) in connection.execute(query)]

    def read_meta(self, key: str) -> str | None:
        """Return a small fact that was written under the key, or None."""
        with self._reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            return None if row is None else str(row[0])

    def write_meta(self, key: str, value: str) -> None:
        """Keep a small fact about the whole store; the last one written stands."""
        query = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
        with self._writing() as connection, mapped(self.path):
            connection.execute(query, (key, value))
            connection.execute("COMMIT")

    def apply(self, space: str, plan: Plan) -> Commit:
        """Run `plan` on the current state and apply what it returns, atomically.

        Raises:
            InvalidInput: The changes cannot be applied, or the plan writes by itself.
            StoreBusy: Other writers held the store for over a minute.
            StoreError: Nothing was applied.
        """
        with self._writing() as connection:
            changes = plan(SqliteReader(connection, self.path))
            with mapped(self.path):
                commit = write(connection, space, changes)
                connection.execute("COMMIT" if commit.seq else "ROLLBACK")
            if commit.n_nodes_removed:
                empty_log(connection)
        return commit

    def changes(
        self,
        space: str,
        after: int,
        *,
        labels: Sequence[str] = (),
        kinds: Sequence[EdgeKind] = (),
        vectors: bool = False,
    ) -> Iterator[ChangeBatch]:
        """Yield what changed after the watermark, in batches of bounded size, oldest first."""
        wanted = Wanted(labels, kinds, vectors)
        while True:
            with self._reading() as connection:
                batch = next_batch(connection, space, after, wanted)
            if batch is None:
                return
            yield batch
            after = batch.seq

    def edge_rows(self, space: str, kinds: Sequence[EdgeKind]) -> Iterator[list[EdgeRow]]:
        """Yield every edge of the kinds as plain rows, some thousand at a time, of one state."""
        with self._reading() as connection:
            yield from edge_rows(connection, space, kinds)

    def page(
        self, space: str, labels: Sequence[str], after: str, limit: int
    ) -> tuple[list[Node], list[EdgeKey], str | None]:
        """Return the next nodes by uid, the edges that start at them, and where to go on."""
        with self._reading() as connection:
            return page(connection, space, labels, after, limit)

    def page_by_key(self, space: str, label: str, after: str, limit: int) -> list[Node]:
        """Return the nodes of a label whose key comes next, in the order of their keys."""
        with self._reading() as connection:
            return page_by_key(connection, space, label, after, limit)

    def page_of_edges(
        self, space: str, uid: str, kinds: Sequence[EdgeKind] | None, after: EdgeKey, limit: int
    ) -> list[Edge]:
        """Return the edges at a node that come next after a key, in the order of their keys."""
        with self._reading() as connection:
            return page_of_edges(connection, space, uid, kinds, after, limit)

    def close(self) -> None:
        """Release every resource; closing twice is fine."""
        self._pool.close()

    def check(self) -> list[str]:
        """Return what is wrong with the file as sentences; none for a sound one.

        Complexity: reads the whole store.
        """
        with mapped(self.path), self._pool.connection() as connection:
            return problems(connection, self.path)

    @property
    def size_bytes(self) -> int:
        """Bytes of the file and its write-ahead log."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection in a transaction, so that several reads see one state."""
        with mapped(self.path), self._pool.connection() as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that holds the write lock; what is not committed is rolled back.

        The connection is taken before the turn, so that a fork, which waits for connections,
        never copies a turn that nobody will give up.
        """
        if getattr(self._planning, "now", False):
            msg = "a plan wrote to its store; let it return everything that is to change"
            raise InvalidInput(msg)
        with self._pool.connection() as connection:
            if not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
                msg = f"other threads wrote to {self.path} for {BUSY_TIMEOUT_S:.0f} s; try again"
                raise StoreBusy(msg)
            try:
                self._planning.now = True
                with mapped(self.path):
                    begin_write(connection)
                yield connection
            finally:
                self._planning.now = False
                if connection.in_transaction:
                    connection.rollback()
                self._turn.release()
