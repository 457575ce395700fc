"""API keys in a small SQLite file beside the store, which only its owner can read.

A key is never removed: one that was revoked stays listed, and a server that has had keys never
again lets anybody in without one.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graphmem.errors import InvalidInput, NotAStore, NotFound, StoreBusy, StoreError
from graphmem.writing.checks import check_space
from graphmem_api.access.hashing import Hashed, hash_secret, new_token

__all__ = ["RESERVED", "SCOPES", "Key", "KeyFile", "check_served"]

SCOPES = ("read", "write", "admin")
RESERVED = frozenset({"jobs"})
"""What follows /v1 in paths that are about no space."""
_APPLICATION = 0x676D6B31  # "gmk1"
_MAX_NAME = 100
_WAIT_S = 10.0
_DDL = """
CREATE TABLE IF NOT EXISTS key (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, salt BLOB NOT NULL, digest BLOB NOT NULL,
    scopes TEXT NOT NULL, spaces TEXT, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes:
        hashed: all that is kept of its secret.
        spaces: where it holds; None is everywhere.
    """

    id: str
    name: str
    hashed: Hashed
    scopes: frozenset[str]
    spaces: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """Return "valid", "expired" or "revoked"."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


class KeyFile:
    """The keys of a store. Safe to use from many threads and processes.

    Args:
        path: the file; it is made when the first key is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def create(
        self,
        name: str,
        scopes: Collection[str],
        spaces: Collection[str] | None,
        expires_at: datetime | None = None,
    ) -> tuple[str, Key]:
        """Make a key; its token is returned here and can never be read again.

        Raises:
            InvalidInput: The name is empty or taken, or a scope or space cannot be one.
            StoreError: The file cannot be written.
        """
        held = _checked(name, scopes, spaces)
        token, key_id, secret = new_token()
        now = datetime.now(UTC)
        key = Key(
            key_id, name, hash_secret(secret), _with_lower(scopes),
            held, now, expires_at, None,
        )  # fmt: skip
        with self._writing() as connection:
            taken = "SELECT 1 FROM key WHERE name = ? AND revoked_at IS NULL"
            if connection.execute(taken, (name,)).fetchone():
                raise InvalidInput(f"there is a key named {name!r}; revoke it, or choose another")
            connection.execute("INSERT INTO key VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(key))
        return token, key

    def revoke(self, which: str) -> Key:
        """Revoke a key by its id or its name; servers refuse it within about a second.

        Raises:
            NotFound: No key that holds has that id or name.
        """
        chosen = [key for key in self.read() if which in (key.id, key.name)]
        held = [key for key in chosen if key.revoked_at is None]
        if not held:
            what = "is revoked already" if chosen else "does not exist"
            raise NotFound(f"the key {which!r} {what}; `graphmem keys list` shows all")
        now = datetime.now(UTC).isoformat()
        with self._writing() as connection:
            connection.execute("UPDATE key SET revoked_at = ? WHERE id = ?", (now, held[0].id))
        return next(key for key in self.read() if key.id == held[0].id)

    def read(self, wait_s: float = _WAIT_S) -> list[Key]:
        """Return all keys, those that hold no more too, oldest first.

        Args:
            wait_s: how long to wait for others who hold the file.

        Raises:
            StoreBusy: Others held the file all the time.
            StoreError: The file cannot be read.
        """
        if not self.path.exists():
            return []
        with self._opened(wait_s) as connection:
            if _n_tables(connection) == 0:  # the first key is being made
                return []
            rows = connection.execute("SELECT * FROM key ORDER BY created_at, id").fetchall()
        return [_key(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            with suppress(FileExistsError), _told(self.path):
                # Before SQLite makes it, with the rights that everybody's files get.
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with self._opened(_WAIT_S) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_DDL)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _opened(self, wait_s: float) -> Iterator[sqlite3.Connection]:
        with self._lock, _told(self.path):
            connection = sqlite3.connect(self.path, timeout=wait_s, isolation_level=None)
            try:
                # In this order: the first key may be made between the two.
                n_tables = _n_tables(connection)
                (found,) = connection.execute("PRAGMA application_id").fetchone()
                if n_tables and found != _APPLICATION:
                    raise NotAStore(f"{self.path} holds no keys of graphmem; --keys names another")
                yield connection
            finally:
                connection.close()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise StoreBusy(f"the file of keys {path} is held by others; try again") from error
        raise StoreError(f"the file of keys {path} cannot be used: {error}") from error
    except FileExistsError:
        raise
    except OSError as error:
        raise StoreError(f"the file of keys {path} cannot be made: {error.strerror}") from error


def _n_tables(connection: sqlite3.Connection) -> int:
    (n_tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(n_tables)


def check_served(space: str) -> str:
    """Return a space's name as the memory spells it, if paths of a server can name it.

    Raises:
        InvalidInput: They cannot.
    """
    name = check_space(space)
    if name in RESERVED:
        raise InvalidInput(
            f"a server has no space {name!r}, since /v1/{name} is another path: `graphmem copy "
            f"--space {name} --to <another name>` copies one that there is"
        )
    return name


def _checked(
    name: str, scopes: Collection[str], spaces: Collection[str] | None
) -> frozenset[str] | None:
    """Return the spaces as the memory spells them."""
    if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
        raise InvalidInput(f"the name of a key has 1 to {_MAX_NAME} printable characters")
    wrong = sorted(set(scopes) - set(SCOPES))
    if wrong or not scopes:
        raise InvalidInput(f"scopes are of {', '.join(SCOPES)}, not {', '.join(wrong) or 'none'}")
    if spaces is not None and not spaces:
        raise InvalidInput("name at least one space, or say --all-spaces")
    return None if spaces is None else frozenset(check_served(space) for space in spaces)


def _with_lower(scopes: Collection[str]) -> frozenset[str]:
    """Who may write may read, and an admin may do both."""
    highest = max(SCOPES.index(scope) for scope in scopes)
    return frozenset(SCOPES[: highest + 1])


def _row(key: Key) -> tuple[str | bytes | None, ...]:
    return (
        key.id, key.name, key.hashed.salt, key.hashed.digest, " ".join(sorted(key.scopes)),
        None if key.spaces is None else json.dumps(sorted(key.spaces)),
        key.created_at.isoformat(), _text(key.expires_at), _text(key.revoked_at),
    )  # fmt: skip


def _key(row: tuple[str, str, bytes, bytes, str, str | None, str, str | None, str | None]) -> Key:
    key_id, name, salt, digest, scopes, spaces, created, expires, revoked = row
    return Key(
        key_id, name, Hashed(salt, digest), frozenset(scopes.split()),
        None if spaces is None else frozenset(json.loads(spaces)),
        datetime.fromisoformat(created), _moment(expires), _moment(revoked),
    )  # fmt: skip


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
