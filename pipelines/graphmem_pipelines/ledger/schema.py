"""The tables of the ledger's file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from graphmem.errors import NotAStore, SchemaTooNew

__all__ = ["check", "create"]

_APPLICATION_ID = 0x674D4A42  # "gMJB"
_VERSION = 4

_TABLES = """
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    space TEXT NOT NULL,
    state TEXT NOT NULL,
    settings TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    error TEXT,
    spent TEXT NOT NULL DEFAULT '{}',
    cancelling INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    finished_at REAL
) STRICT;
CREATE INDEX job_fingerprint ON job (fingerprint, state);

CREATE TABLE item (
    job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    key TEXT NOT NULL,
    path TEXT,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    content BLOB,
    digest TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    n_passages INTEGER NOT NULL DEFAULT 0,
    dropped TEXT,
    n_calls INTEGER NOT NULL DEFAULT 0,
    n_cached INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    cost REAL,
    -- 0: applied, and an LLM did not answer about all of it.
    whole INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (job, n),
    UNIQUE (job, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_state ON item (job, state, n);
CREATE INDEX item_key ON item (key);

-- What each source was last applied as, so that the same again can be skipped.
CREATE TABLE applied (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    recipe TEXT NOT NULL,
    PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
"""

_ADDED_IN_2 = """
-- Writes that a server acknowledged, in the order in which it did. Each is a job of kind "add".
CREATE TABLE accepted (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL UNIQUE REFERENCES job (id) ON DELETE CASCADE,
    space TEXT NOT NULL,
    -- 1 until all of its items are through.
    waiting INTEGER NOT NULL DEFAULT 1,
    -- 1: somebody waits for a receipt of its own.
    alone INTEGER NOT NULL,
    size INTEGER NOT NULL,
    n_failed INTEGER NOT NULL DEFAULT 0,
    -- Who sent it under which Idempotency-Key, and a digest of what it said.
    name TEXT,
    digest TEXT NOT NULL,
    created_at REAL NOT NULL,
    receipt BLOB
) STRICT;
CREATE UNIQUE INDEX accepted_name ON accepted (space, name) WHERE name IS NOT NULL;
CREATE INDEX accepted_waiting ON accepted (space, n, size, created_at) WHERE waiting;
CREATE INDEX accepted_failed ON accepted (n_failed) WHERE n_failed > 0;
CREATE INDEX job_space ON job (space, id);
"""

_ADDED_IN_3 = """
-- Of a write: what applying the item did, as JSON, and the code of the error that it failed with.
ALTER TABLE item ADD COLUMN receipt TEXT;
ALTER TABLE item ADD COLUMN code TEXT;
-- A turn reads what waits of a long write, and not what is through of it.
CREATE INDEX item_waiting ON item (job, n)
WHERE state IN ('pending', 'extracting', 'extracted');
CREATE INDEX item_source ON item (substr(key, instr(key, ':') + 1));
"""

_ADDED_IN_4 = """
-- A delete looks into what is kept of passages, and at commands that run, not at all that was.
CREATE INDEX item_extracted ON item (job, n) WHERE kind = 'extracted' AND content IS NOT NULL;
CREATE INDEX job_running ON job (space)
WHERE kind NOT IN ('add', 'delete') AND state IN ('scanning', 'running');
"""


def check(connection: sqlite3.Connection, path: Path) -> bool:
    """Check that a file is a ledger, and change nothing; return whether it is a new one.

    Raises:
        NotAStore: The file is of another program.
        SchemaTooNew: A newer graphmem wrote it.
        sqlite3.Error: SQLite could not read it.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (n_tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not n_tables and not application:
        return True
    if application != _APPLICATION_ID:
        raise NotAStore(f"{path} is no ledger of graphmem: name another with --ledger")
    if version > _VERSION:
        raise SchemaTooNew(
            f"the ledger {path} has version {version}, and this graphmem knows {_VERSION}: "
            "install a newer one"
        )
    return False


def create(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file, and those that an older one lacks; others may do so too.

    Raises:
        NotAStore: The file is of another program.
        SchemaTooNew: A newer graphmem wrote it.
        sqlite3.Error: SQLite could not do it.
    """
    is_new = check(connection, path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not is_new and version == _VERSION:
        return
    missing = (_TABLES, _ADDED_IN_2, _ADDED_IN_3, _ADDED_IN_4)[0 if is_new else version :]
    for statement in filter(str.strip, "".join(missing).split(";")):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")
