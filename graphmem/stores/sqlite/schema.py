"""The tables of a store file, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

from graphmem.errors import NotAStore, SchemaTooNew, StoreCorrupt
from graphmem.stores.sqlite.pool import begin_write, keep_log
from graphmem_schemas import EDGE_KINDS, Node

__all__ = ["APPLICATION_ID", "MIGRATIONS", "is_cut", "prepare"]

APPLICATION_ID = 0x67_6D_65_6D  # "gmem"
_PAGE_BYTES = 4096

# Ids are integers of the file and never leave it; outside there are only uids and names.
# `seq` is the commit of its space that changed the row last; `state.seq` counts those of all
# spaces, and only a check reads it. `edge.sources` is `[source, weight, …]`, sorted
# by the sources' uids; `contribution` finds a source's edges; `edge.attributes` is a JSON object
# of what else the edge says (its role, its span), NULL where that is nothing. `tally` is what
# `count` reads.
# `lookup` holds `Node.lookup_keys`: whoever changes those must rebuild it in a migration.
_FIRST = (
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), identity TEXT NOT NULL,"
    " seq INTEGER NOT NULL, next_node INTEGER NOT NULL, next_edge INTEGER NOT NULL,"
    " next_source INTEGER NOT NULL)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE term (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE space (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL)",
    "CREATE TABLE node (id INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES space,"
    " uid TEXT NOT NULL, label INTEGER NOT NULL REFERENCES term, seq INTEGER NOT NULL,"
    " body TEXT NOT NULL, UNIQUE (space, uid))",
    "CREATE INDEX node_by_seq ON node (space, seq, label)",
    "CREATE TABLE lookup (space INTEGER NOT NULL, label INTEGER NOT NULL, key TEXT NOT NULL,"
    " node INTEGER NOT NULL REFERENCES node, PRIMARY KEY (space, label, key, node))"
    " WITHOUT ROWID",
    "CREATE TABLE source (id INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES space,"
    " uid TEXT NOT NULL, UNIQUE (space, uid))",
    "CREATE TABLE edge (id INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES space,"
    " kind INTEGER NOT NULL REFERENCES term, start_node INTEGER NOT NULL REFERENCES node,"
    " end_node INTEGER NOT NULL REFERENCES node, seq INTEGER NOT NULL, attributes TEXT,"
    " sources TEXT NOT NULL, UNIQUE (start_node, kind, end_node))",
    "CREATE INDEX edge_by_end ON edge (end_node, kind)",
    "CREATE INDEX edge_by_seq ON edge (space, seq, kind)",
    "CREATE TABLE contribution (source INTEGER NOT NULL REFERENCES source,"
    " edge INTEGER NOT NULL REFERENCES edge, PRIMARY KEY (source, edge)) WITHOUT ROWID",
    "CREATE TABLE vector (node INTEGER PRIMARY KEY REFERENCES node,"
    " space INTEGER NOT NULL REFERENCES space, seq INTEGER NOT NULL, floats BLOB NOT NULL)",
    "CREATE INDEX vector_by_seq ON vector (space, seq)",
    "CREATE TABLE removed_node (space INTEGER NOT NULL REFERENCES space, uid TEXT NOT NULL,"
    " seq INTEGER NOT NULL, PRIMARY KEY (space, uid)) WITHOUT ROWID",
    "CREATE INDEX removed_node_by_seq ON removed_node (space, seq)",
    "CREATE TABLE removed_edge (space INTEGER NOT NULL REFERENCES space,"
    " kind INTEGER NOT NULL REFERENCES term, start_uid TEXT NOT NULL, end_uid TEXT NOT NULL,"
    " seq INTEGER NOT NULL, PRIMARY KEY (space, kind, start_uid, end_uid)) WITHOUT ROWID",
    "CREATE INDEX removed_edge_by_seq ON removed_edge (space, seq)",
    "CREATE TABLE tally (space INTEGER NOT NULL REFERENCES space, sort TEXT NOT NULL,"
    " term INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (space, sort, term)) WITHOUT ROWID",
)

# A mark of every commit, by which a view notices that the file was put back to an older copy and
# written again. Commits before the migration have none, but for the newest of each space.
_TOKENS = (
    "CREATE TABLE commit_token (space INTEGER NOT NULL REFERENCES space, seq INTEGER NOT NULL,"
    " token BLOB NOT NULL, PRIMARY KEY (space, seq)) WITHOUT ROWID",
    "INSERT INTO commit_token SELECT id, seq, randomblob(8) FROM space WHERE seq > 0",
)

# What thousands of sources say has an edge with as many contributions, which must not be written
# again by each of them: those beyond the first stand in rows of their own, `edge.n_beyond` in all.
_BEYOND = (
    "ALTER TABLE edge ADD COLUMN n_beyond INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contribution ADD COLUMN weight REAL",
    "CREATE INDEX contribution_beyond ON contribution (edge) WHERE weight IS NOT NULL",
)

# Migration i brings a file from version i to i + 1. Append; never change one that was released.
MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _TOKENS, _BEYOND)

# Tables that every version has; a file with them is a store, whatever its header says.
_MARKS = frozenset({"state", "contribution", "removed_edge"})


def prepare(connection: sqlite3.Connection, path: Path) -> str:
    """Make the file a store of this version, and return its identity.

    Raises:
        NotAStore: The file is another program's database.
        SchemaTooNew: A newer graphmem wrote it.
        StoreCorrupt: Its header is damaged.
        sqlite3.Error: SQLite could not read or write it.
    """
    # One state: between two reads another process may have made the store.
    connection.execute("BEGIN")
    try:
        version = _version(connection, path)
    finally:
        connection.execute("ROLLBACK")
    if version < len(MIGRATIONS):
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        keep_log(connection)
        begin_write(connection)
        try:
            _migrate(connection, path)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    (identity,) = connection.execute("SELECT identity FROM state").fetchone()
    return str(identity)


def is_cut(path: Path) -> bool:
    """Whether a file, before anyone opens it, ends within a page.

    SQLite reads the missing end of a last page as zeros. Where there is a log the file may end
    anywhere, since a checkpoint that was killed is made again from the log.
    """
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return False
    return path.exists() and path.stat().st_size % _PAGE_BYTES != 0


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the file's schema version; 0 for a file that is empty yet."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not (owner or version or tables):
        return 0
    if owner != APPLICATION_ID and not tables >= _MARKS:
        msg = f"{path} is another program's database; nothing was changed. Give another path"
        raise NotAStore(msg)
    if owner != APPLICATION_ID or version < 1:
        msg = f"the header of the store {path} is damaged; `graphmem doctor` says how"
        raise StoreCorrupt(msg)
    if version > len(MIGRATIONS):
        msg = (
            f"{path} has schema version {version}, but this graphmem knows versions up to "
            f"{len(MIGRATIONS)}; upgrade graphmem"
        )
        raise SchemaTooNew(msg)
    return int(version)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Run what is missing; another process may have done so while this one waited."""
    version = _version(connection, path)
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    if version == 0:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("INSERT INTO state VALUES (1, ?, 0, 1, 1, 1)", (uuid.uuid4().hex,))
        names = sorted({*EDGE_KINDS, *Node.registry})
        connection.executemany("INSERT INTO term (name) VALUES (?)", ((name,) for name in names))
