"""No exception of SQLite reaches a caller, and each says what to do."""

from __future__ import annotations

import errno
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import GraphMemError, InvalidInput, StoreCorrupt, StoreError, StoreFull
from graphmem.stores.sqlite import SqliteStore
from graphmem.stores.sqlite.mapping import ERRORS, mapped, to_store_error
from graphmem.testing.samples import entity

# Results that are not errors; SQLITE_OK, _ROW and _DONE, and SQLITE_DENY and _IGNORE, which are
# answers of an authorizer that share numbers with SQLITE_ERROR and SQLITE_INTERNAL.
NOT_ERRORS = {"OK", "ROW", "DONE", "DENY", "IGNORE"}
EXCEPTIONS = [
    sqlite3.Error, sqlite3.DatabaseError, sqlite3.DataError, sqlite3.IntegrityError,
    sqlite3.InterfaceError, sqlite3.InternalError, sqlite3.NotSupportedError,
    sqlite3.OperationalError, sqlite3.ProgrammingError,
]  # fmt: skip


def primary_codes() -> list[int]:
    """Ask the shared library itself for the text of each code; it knows those it uses."""
    names = [name.removeprefix("SQLITE_") for name in dir(sqlite3) if name.startswith("SQLITE_")]
    result = re.compile(
        r"(ERROR|INTERNAL|PERM|ABORT|BUSY|LOCKED|NOMEM|READONLY|INTERRUPT|IOERR|CORRUPT|NOTFOUND"
        r"|FULL|CANTOPEN|PROTOCOL|EMPTY|SCHEMA|TOOBIG|CONSTRAINT|MISMATCH|MISUSE|NOLFS|AUTH"
        r"|FORMAT|RANGE|NOTADB|NOTICE|WARNING)(_.*)?"
    )
    return [
        getattr(sqlite3, f"SQLITE_{name}")
        for name in names
        if result.fullmatch(name) and name not in NOT_ERRORS
    ]


def an_error(kind: type[sqlite3.Error], code: int | None) -> sqlite3.Error:
    error = kind("what SQLite says")
    if code is not None:
        error.sqlite_errorcode = code
        error.sqlite_errorname = f"SQLITE_{code}"
    return error


def test_every_code_of_sqlite_is_mapped() -> None:
    codes = primary_codes()
    assert len(codes) > 60
    assert {code & 0xFF for code in codes} == set(ERRORS)
    # The table covers the range that SQLite uses, without a gap.
    assert set(range(1, 29)) == set(ERRORS)


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_every_exception_of_sqlite_becomes_one_of_ours(
    kind: type[sqlite3.Error], tmp_path: Path
) -> None:
    path = tmp_path / "graph.db"
    path.write_bytes(b"some other file")
    for code in (None, 0xFFFF, *primary_codes()):
        with pytest.raises(GraphMemError) as caught, mapped(path):
            raise an_error(kind, code)
        assert isinstance(caught.value.__cause__, kind)
        assert len(str(caught.value)) > 30
        assert "{" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (sqlite3.SQLITE_BUSY, "StoreBusy"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "StoreBusy"),
        (sqlite3.SQLITE_FULL, "StoreFull"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "StoreReadOnly"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "StoreCorrupt"),
        (sqlite3.SQLITE_IOERR_FSYNC, "StoreUnavailable"),
        (sqlite3.SQLITE_NOTADB, "NotAStore"),
    ],
)
def test_extended_codes_follow_their_primary_code(code: int, wanted: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    path.write_bytes(b"some other file")
    error = to_store_error(an_error(sqlite3.OperationalError, code), path)
    assert type(error).__name__ == wanted
    assert str(path) in str(error)


def test_errors_of_the_system_and_of_unicode_are_mapped(tmp_path: Path) -> None:
    with pytest.raises(StoreFull), mapped(tmp_path):
        raise OSError(errno.ENOSPC, "no space")
    with pytest.raises(StoreError, match="cannot be used"), mapped(tmp_path):
        raise OSError(errno.EIO, "broken")
    with pytest.raises(InvalidInput, match="surrogate"), mapped(tmp_path):
        "\ud800".encode()
    with pytest.raises(StoreCorrupt, match="UTF-8"), mapped(tmp_path):
        b"\xff".decode()


def test_what_is_no_error_of_the_store_passes_unchanged(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), mapped(tmp_path):
        raise ZeroDivisionError


@pytest.mark.parametrize("path", ["", ":memory:", "a\x00b"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput, match=r"give|memory"):
        SqliteStore(path)


def test_a_lone_surrogate_in_a_space_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    with pytest.raises(InvalidInput, match="surrogate"):
        store.apply("\ud800", lambda _: Changes(nodes=(entity("x"),)))
    with pytest.raises(InvalidInput, match="surrogate"):
        store.get("\ud800", ["x"])
    with pytest.raises(InvalidInput, match="surrogate"):
        store.get("a", ["\ud800"])
    assert store.spaces() == []
    store.close()


def test_a_store_that_is_held_for_too_long_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.stores.sqlite.pool.BUSY_TIMEOUT_S", 0.0)
    store = SqliteStore(tmp_path / "graph.db")
    other = sqlite3.connect(tmp_path / "graph.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(GraphMemError) as caught:
        store.apply("a", lambda _: Changes(nodes=(entity("x"),)))
    assert caught.value.code == "store_busy"
    assert caught.value.retryable
    other.execute("ROLLBACK")
    other.close()
    assert store.apply("a", lambda _: Changes(nodes=(entity("x"),))).seq == 1
    store.close()


def test_importing_the_package_opens_no_store() -> None:
    code = "import sys, graphmem; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=240).returncode == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that takes no files")
def test_a_folder_that_takes_no_files_is_not_a_full_disk() -> None:
    with pytest.raises(StoreError) as caught:
        SqliteStore(Path("/proc/graph.db"))
    assert not isinstance(caught.value, StoreFull)
    assert "/proc/graph.db" in str(caught.value)
