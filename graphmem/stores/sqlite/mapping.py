"""The one seam at which errors of SQLite become errors of graphmem."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphmem.errors import (
    GraphMemError,
    InvalidInput,
    NotAStore,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)

__all__ = ["BUSY_TIMEOUT_S", "ERRORS", "mapped", "to_store_error"]

BUSY_TIMEOUT_S = 60.0
_ROOM_BYTES = 1 << 20
_MAGIC = b"SQLite format 3\x00"

_CORRUPT = "the store {path} is damaged ({what}); `graphmem doctor` says how"
_IO = "the disk did not do what the store {path} asked ({what}); check it and try again"
_BUG = "SQLite refused a statement on {path} ({what}); please report this as a defect"

# SQLite's primary result codes (the low byte of an extended code), each with what it means here.
ERRORS: dict[int, tuple[type[GraphMemError], str]] = {
    # Our statements are fixed and tested, so it is the tables that are not as they should be.
    sqlite3.SQLITE_ERROR: (StoreCorrupt, _CORRUPT),
    sqlite3.SQLITE_INTERNAL: (StoreError, _BUG),
    sqlite3.SQLITE_PERM: (StoreReadOnly, "no permission to open {path} ({what}); check its mode"),
    sqlite3.SQLITE_ABORT: (StoreError, _BUG),
    sqlite3.SQLITE_BUSY: (
        StoreBusy,
        f"other writers held {{path}} for over {BUSY_TIMEOUT_S:.0f} s ({{what}}); try again",
    ),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "the store {path} is locked ({what}); try again"),
    sqlite3.SQLITE_NOMEM: (StoreUnavailable, "no memory left to use {path} ({what}); try again"),
    sqlite3.SQLITE_READONLY: (
        StoreReadOnly,
        "the store {path} cannot be written ({what}); check the mode of the file and its folder",
    ),
    sqlite3.SQLITE_INTERRUPT: (StoreUnavailable, "work on {path} was interrupted; try again"),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, _IO),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, _CORRUPT),
    sqlite3.SQLITE_NOTFOUND: (StoreError, _BUG),
    sqlite3.SQLITE_FULL: (
        StoreFull,
        "no room left on the disk of {path} ({what}); nothing changed: free some and try again",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreUnavailable,
        "the store {path} cannot be opened ({what}); check that you may use its folder",
    ),
    sqlite3.SQLITE_PROTOCOL: (StoreBusy, "the store {path} is being recovered; try again"),
    sqlite3.SQLITE_EMPTY: (StoreError, _BUG),
    sqlite3.SQLITE_SCHEMA: (StoreUnavailable, "the schema of {path} just changed; try again"),
    sqlite3.SQLITE_TOOBIG: (InvalidInput, "a text is too long for {path}: at most 10^9 bytes"),
    sqlite3.SQLITE_CONSTRAINT: (StoreCorrupt, _CORRUPT),
    sqlite3.SQLITE_MISMATCH: (StoreCorrupt, _CORRUPT),
    sqlite3.SQLITE_MISUSE: (StoreError, _BUG),
    sqlite3.SQLITE_NOLFS: (StoreFull, "the disk of {path} cannot hold so large a file ({what})"),
    sqlite3.SQLITE_AUTH: (StoreReadOnly, "no permission to use {path} ({what})"),
    sqlite3.SQLITE_FORMAT: (StoreCorrupt, _CORRUPT),
    sqlite3.SQLITE_RANGE: (StoreError, _BUG),
    sqlite3.SQLITE_NOTADB: (NotAStore, "{path} is not a graphmem store"),
    sqlite3.SQLITE_NOTICE: (StoreError, _BUG),
    sqlite3.SQLITE_WARNING: (StoreError, _BUG),
}


@contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Let only errors of graphmem out of the block.

    Raises:
        GraphMemError: Whatever SQLite or the operating system said, in our words.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise to_store_error(error, path) from error
    except UnicodeEncodeError as error:
        msg = f"{error.object[:80]!a} is not valid Unicode (a lone surrogate); remove it"
        raise InvalidInput(msg) from error
    except UnicodeDecodeError as error:
        msg = _CORRUPT.format(path=path, what="a text is not valid UTF-8")
        raise StoreCorrupt(msg) from error
    except OSError as error:
        raise _os_error(error, path) from error


def to_store_error(error: sqlite3.Error, path: Path) -> GraphMemError:
    """Say in graphmem's words what SQLite said about the file."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and "decode" in str(error):
        # Its text quotes what was stored, so it is not passed on.
        return StoreCorrupt(_CORRUPT.format(path=path, what="a text is not valid UTF-8"))
    if code is None:
        # The sqlite3 module's own complaints: a closed connection, a wrong parameter.
        return StoreError(f"the store {path} cannot be used: {error}")
    kind, text = ERRORS.get(code & 0xFF, (StoreError, _BUG))
    what = f"{error.sqlite_errorname}: {error}"
    if kind is NotAStore:
        return _not_a_database(path)
    if kind is StoreUnavailable:
        return _unavailable(path, text, what)
    return kind(text.format(path=path, what=what))


def _unavailable(path: Path, text: str, what: str) -> StoreError:
    """Tell a full disk and a closed folder from the rest: SQLite calls all three I/O errors."""
    folder = path.parent
    if not folder.is_dir():
        return StoreUnavailable(f"there is no folder {folder}; create it, then open {path}")
    if path.exists() and not os.access(path, os.R_OK):
        return StoreUnavailable(f"no permission to read {path} ({what}); check its mode")
    if not os.access(folder, os.W_OK):
        text = ERRORS[sqlite3.SQLITE_READONLY][1]
        return StoreReadOnly(text.format(path=path, what=what))
    disk = shutil.disk_usage(folder)
    # What has no size, as /proc has none, takes no files; it is not full.
    if disk.total and disk.free < _ROOM_BYTES:
        return StoreFull(f"no room left on the disk of {path} ({what}); free some and try again")
    return StoreUnavailable(text.format(path=path, what=what))


def _not_a_database(path: Path) -> StoreError:
    """Tell a damaged store from a file that never was one.

    Reading the file by hand is safe here only because no connection can be using it: closing
    it would drop SQLite's own locks.
    """
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
    logged = path.with_name(path.name + "-wal").exists()
    if logged or head.startswith(_MAGIC) or not head.strip(b"\x00"):
        text = ERRORS[sqlite3.SQLITE_CORRUPT][1]
        return StoreCorrupt(text.format(path=path, what="its header is unreadable"))
    return NotAStore(
        f"{path} holds something that is not a graphmem store; nothing was changed. "
        "Give another path, or, if it was a store, ask `graphmem doctor`"
    )


def _os_error(error: OSError, path: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(f"no room left on the disk of {path}; free some and try again")
    if error.errno == errno.EROFS:
        return StoreReadOnly(f"the disk of {path} is read-only; nothing was changed")
    return StoreUnavailable(f"{path} cannot be used ({error.strerror}); check its mode and folder")
