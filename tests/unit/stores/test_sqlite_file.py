"""What a store file looks like from inside: settings, schema, and what `check` finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import SchemaTooNew, StoreCorrupt
from graphmem.stores.sqlite import SqliteStore
from graphmem.stores.sqlite.pool import ConnectionPool
from graphmem.stores.sqlite.schema import APPLICATION_ID, MIGRATIONS
from graphmem.testing.samples import edge, entity, one_of_each_label, vector
from graphmem_schemas import EDGE_KINDS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound store with something in every table."""
    path = tmp_path / "graph.db"
    store = SqliteStore(path)
    edges = (edge("entity", "event", sources={"s": 1.0, "t": 0.5}), edge("event", "passage"))
    changes = Changes(nodes=one_of_each_label(), edges=edges, vectors=(vector("entity"),))
    store.apply("a", lambda _: changes)
    store.apply("b", lambda _: Changes(nodes=(entity("x"), entity("gone"))))
    store.apply("b", lambda _: Changes(remove_nodes=("gone",)))
    store.write_meta("k", "v")
    assert store.check() == []
    store.close()
    return path


@pytest.fixture
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The same file, for a test to spoil."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def test_the_file_says_whose_it_is(path: Path, raw: sqlite3.Connection) -> None:
    assert raw.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert raw.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert path.read_bytes()[68:72] == b"gmem"


def test_a_file_of_version_1_is_brought_to_this_one(path: Path, raw: sqlite3.Connection) -> None:
    with closing(SqliteStore(path)) as store:
        before = [store.count("a"), store.get("a", ["event"]), store.neighbours("a", ["event"])]
        identity = store.identity
    raw.execute("DROP TABLE commit_token")
    raw.execute("DROP INDEX contribution_beyond")
    raw.execute("ALTER TABLE contribution DROP COLUMN weight")
    raw.execute("ALTER TABLE edge DROP COLUMN n_beyond")
    raw.execute("PRAGMA user_version = 1")
    tables = "SELECT sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"
    assert {sql for (sql,) in raw.execute(tables)} == {s for s in MIGRATIONS[0] if "TABLE" in s}
    with closing(SqliteStore(path)) as store:
        assert [
            store.count("a"), store.get("a", ["event"]), store.neighbours("a", ["event"])
        ] == before  # fmt: skip
        assert store.identity == identity
        assert store.token("a", store.seq("a")) is not None
        assert store.token("b", store.seq("b") - 1) is None
        seq = store.apply("b", lambda _: Changes(nodes=(entity("new"),))).seq
        assert store.token("b", seq) not in (None, store.token("a", store.seq("a")))
        assert store.check() == []
    assert raw.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_a_file_whose_spaces_were_counted_together_goes_on(
    path: Path, raw: sqlite3.Connection
) -> None:
    raw.execute("UPDATE state SET seq = 7")
    raw.execute("UPDATE space SET seq = 7 WHERE name = 'a'")
    with closing(SqliteStore(path)) as store:
        was = store.seq("b")
        assert store.apply("a", lambda _: Changes(nodes=(entity("x"),))).seq == 8
        assert store.apply("b", lambda _: Changes(nodes=(entity("y"),))).seq == was + 1
        (batch,) = store.changes("a", 7, labels=["Entity"])
        assert [node.uid for node in batch.nodes] == ["x"]
        assert store.check() == []


def test_every_connection_syncs_fully_and_deletes_securely(path: Path) -> None:
    pool = ConnectionPool(path)
    with pool.connection() as one, pool.connection() as two:
        for connection in (one, two):
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
            assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
    pool.close()


def test_a_connection_comes_back_without_its_transaction(path: Path) -> None:
    pool = ConnectionPool(path)
    with pool.connection() as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM edge")
    with pool.connection() as connection:
        assert not connection.in_transaction
        assert connection.execute("SELECT count(*) FROM edge").fetchone() == (2,)
    pool.close()


def test_every_edge_kind_has_a_term(raw: sqlite3.Connection) -> None:
    names = {name for (name,) in raw.execute("SELECT name FROM term")}
    assert names >= set(EDGE_KINDS)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("DELETE FROM node WHERE uid = 'event'", "starts or ends at a node that is gone"),
        ("UPDATE edge SET space = 2 WHERE id = 1", "crosses from one space"),
        ("UPDATE vector SET space = 2", "belongs to no node of its space"),
        ("UPDATE lookup SET node = 999", "which is gone or another"),
        ("DELETE FROM lookup WHERE key = 'tea'", "not found by all of its keys"),
        ("INSERT INTO lookup SELECT space, label, 'x', node FROM lookup LIMIT 1", "lookup keys"),
        ("DELETE FROM contribution WHERE edge = 1", "do not agree"),
        (
            "INSERT INTO contribution (source, edge) SELECT source, 99 FROM contribution LIMIT 1",
            "edge 99",
        ),
        ("UPDATE edge SET n_beyond = 1 WHERE id = 1", "do not agree"),
        ("UPDATE contribution SET weight = 1.0 WHERE edge = 1", "do not agree"),
        ("UPDATE edge SET sources = '[]' WHERE id = 1", "do not agree"),
        ("UPDATE edge SET sources = '{' WHERE id = 1", "sources cannot be read"),
        ("UPDATE edge SET attributes = '[' WHERE id = 1", "attributes cannot be read"),
        ("UPDATE tally SET n = n + 1 WHERE sort = 'vector'", "its counter says 2"),
        ("DELETE FROM tally WHERE sort = 'edge'", "its counter says 0"),
        ("UPDATE node SET body = '{}' WHERE uid = 'event'", "cannot be read"),
        (
            "UPDATE node SET body = replace(body, 'event', 'other') WHERE uid = 'event'",
            "says that",
        ),
        ("UPDATE node SET seq = 99 WHERE uid = 'event'", "which it never finished"),
        ("UPDATE space SET seq = 99", "which the store never made"),
        ("UPDATE node SET label = 999 WHERE uid = 'event'", "gone"),
    ],
)
def test_check_finds_what_is_wrong(
    path: Path, raw: sqlite3.Connection, spoil: str, sentence: str
) -> None:
    assert raw.execute(spoil).rowcount > 0
    store = SqliteStore(path)
    found = store.check()
    assert any(sentence in problem for problem in found), found
    store.close()


def test_check_stops_at_twenty_problems(path: Path, raw: sqlite3.Connection) -> None:
    rows = [(uid, f"u{uid}") for uid in range(100, 150)]
    raw.executemany("INSERT INTO node VALUES (?, 1, ?, 1, 1, '{}')", rows)
    store = SqliteStore(path)
    found = store.check()
    assert len(found) == 21
    assert "there may be more" in found[-1]
    store.close()


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE node SET body = '{' WHERE uid = 'event'",
        "UPDATE node SET body = CAST(x'ff' AS TEXT) WHERE uid = 'event'",
        "UPDATE edge SET sources = 'x'",
        "UPDATE edge SET attributes = '3'",
        "DELETE FROM source",
        "UPDATE vector SET floats = x'0102'",
        "DROP TABLE source",
    ],
)
def test_rows_that_cannot_be_read_name_doctor(
    path: Path, raw: sqlite3.Connection, spoil: str
) -> None:
    raw.execute(spoil)
    store = SqliteStore(path)
    with pytest.raises(StoreCorrupt, match="doctor"):
        list(store.changes("a", 0, labels=["Event"], kinds=EDGE_KINDS, vectors=True))
    store.close()


def test_a_label_of_a_newer_version_says_upgrade(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE term SET name = 'Dream' WHERE name = 'Event'")
    store = SqliteStore(path)
    with pytest.raises(SchemaTooNew, match=r"Dream.*upgrade"):
        store.get("a", ["event"])
    store.close()


def test_a_damaged_header_is_not_taken_for_a_new_store(
    path: Path, raw: sqlite3.Connection
) -> None:
    for pragma in ("user_version = 0", "application_id = 0", "application_id = 5"):
        raw.execute(f"PRAGMA {pragma}")
        with pytest.raises(StoreCorrupt, match="header"):
            SqliteStore(path)


def test_size_counts_the_log(path: Path) -> None:
    store = SqliteStore(path)
    before = store.size_bytes
    store.apply("a", lambda _: Changes(nodes=(entity("new"),)))
    assert store.size_bytes > before > 0
    store.close()


def test_one_commit_takes_as_many_steps_whatever_the_store_holds(tmp_path: Path) -> None:
    """Adding must not scan: SQLite counts the steps of its programs."""

    def steps_of_one_add(n_before: int) -> int:
        store = SqliteStore(tmp_path / f"{n_before}.db")
        nodes = tuple(entity(f"n{i:06}") for i in range(n_before))
        edges = tuple(edge(node.uid, "n000000") for node in nodes)
        store.apply("a", lambda _: Changes(nodes=nodes, edges=edges))
        new = Changes(nodes=(entity("x"), entity("n000001")), edges=(edge("x", "n000000"),))
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        with store._pool.connection() as connection:
            connection.set_progress_handler(count, 1)
        store.apply("a", lambda _: new)
        store.seq("a")
        store.count("a")
        list(store.changes("a", store.seq("a") - 1, labels=["Entity"], kinds=EDGE_KINDS))
        store.close()
        return steps

    assert steps_of_one_add(4_000) < 1.2 * steps_of_one_add(200)
