"""A backup: one file with all that cannot be made anew, each part with its digest.

It is a tar file without compression: `manifest.json` first, then the parts. They are copied while
others write, each as of one moment, and the ledger of what waits and the store that it is applied
to as of the same: else a delete that still waits in the one could come to what the other got after
it. At most the turn that was being applied is in both; it is applied again, in its order.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from graphmem.errors import InvalidInput, NotFound, StoreBusy, StoreCorrupt, StoreError, StoreFull
from graphmem.models.llm.cache import ResponseCache
from graphmem.stores.shown import ShownFile
from graphmem_pipelines.jobs.vectors import VectorFile
from graphmem_pipelines.ledger.ledger import Ledger

__all__ = ["PARTS", "Part", "read_archive", "restore_archive", "write_archive"]

PARTS = ("jobs", "store", "answers", "keys")
"""In the order in which they are in it."""
_TOGETHER = ("jobs", "store")
"""As of the same moment."""
_KEYS = "keys"
_NEW: dict[str, Callable[[Path], Ledger | ResponseCache | ShownFile | VectorFile]] = {
    "jobs": Ledger,
    "answers": ResponseCache,
    "shown": ShownFile,
    "vectors": partial(VectorFile, embedder=""),
}
"""What is of one store and of no other that takes its place, and how a new one is made."""
_FORM = 1
_CHUNK = 1024 * 1024
_MAX_MANIFEST = 64 * 1024
_BUSY_S = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a backup.

    Attributes:
        name: one of `PARTS`.
        sha256: of its bytes.
    """

    name: str
    n_bytes: int
    sha256: str


def write_archive(target: Path, sources: Mapping[str, Path], *, force: bool) -> list[Part]:
    """Copy the files that are there into a backup, check each copy, and only then name it.

    Args:
        target: the backup; until it is whole it has another name beside this one.
        sources: from the name of a part to its file.
        force: whether a file of that name is replaced.

    Raises:
        InvalidInput: There is such a file already.
        StoreError: A part cannot be read or is damaged, or there is no room.
    """
    if target.exists() and not force:
        raise InvalidInput(f"there is a file {str(target)!r} already; --force replaces it")
    with (
        _told(target),
        tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.absolute().parent
        ) as folder,
    ):
        copies = _copies(sources, Path(folder))
        parts = [Part(name, path.stat().st_size, _digest(path)) for name, path in copies.items()]
        whole = Path(folder) / "backup"
        _pack(whole, parts, copies)
        # Read back from the disk: what was written is what will be restored.
        with whole.open("rb") as opened, tarfile.open(fileobj=opened) as archive:
            for part, stream in _parts(archive, _manifest(archive)):
                _drain(stream, part)
        os.replace(whole, target)
        _sync_folder(target.absolute().parent)
    return parts


def read_archive(backup: Path) -> list[Part]:
    """Check a backup and return its parts.

    Raises:
        NotFound: There is no such file.
        StoreCorrupt: It is no backup, or not what was written.
    """
    with _opened(backup) as archive:
        parts = _manifest(archive)
        for part, stream in _parts(archive, parts):
            _drain(stream, part)
    return parts


def restore_archive(backup: Path, targets: Mapping[str, Path], *, force: bool) -> list[Part]:
    """Put the parts of a backup back, each at once or not at all.

    All of them are unpacked and checked before the first is put back. A file that is there is
    written over in one transaction of SQLite, so that whoever uses it sees the old or the new.
    One of which the backup has nothing is emptied: writes that wait, and answers, are of the
    memory that goes. Keys that are there stay as they are, since older ones would be those of
    before a key was revoked.

    Args:
        backup: of `write_archive`.
        targets: from the name of a part to its file; of those that no backup has, too.
        force: whether files that are there are written over.

    Returns:
        What was put back.

    Raises:
        InvalidInput: A file is there already.
        NotFound: There is no such backup.
        StoreCorrupt: It is no backup, or not what was written.
        StoreBusy: Somebody writes to a file all the time.
    """
    with _opened(backup) as archive:
        parts = _manifest(archive)
        there = {name: path for name, path in targets.items() if path.exists()}
        keys_stay = there.pop(_KEYS, None) is not None
        if there and not force:
            named = ", ".join(map(str, there.values()))
            raise InvalidInput(f"{named} is there already; --force writes over it")
        brought = {part.name for part in parts}
        restored = [part for part in parts if not (keys_stay and part.name == _KEYS)]
        folders: dict[str, tempfile.TemporaryDirectory[str]] = {}
        try:
            with _told(backup):
                for part, stream in _parts(archive, parts):
                    home = targets[part.name].absolute().parent
                    home.mkdir(parents=True, exist_ok=True)
                    folders[part.name] = tempfile.TemporaryDirectory(prefix=".restore.", dir=home)
                    unpacked = Path(folders[part.name].name) / part.name
                    _drain(stream, part, unpacked)
                    _check(unpacked)
                for name in _NEW.keys() & there.keys() - brought:
                    _empty(name, there[name])
                for part in restored:
                    _put(Path(folders[part.name].name) / part.name, targets[part.name])
        finally:
            for folder in folders.values():
                folder.cleanup()
    return restored


def _copies(sources: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """Copy the files that are there; writers go on meanwhile."""
    there = {name: sources[name] for name in PARTS if name in sources and sources[name].exists()}
    with ExitStack() as stack:
        seen: dict[str, sqlite3.Connection] = {}
        # Nothing is acknowledged, taken or settled while both are looked at.
        with _unchanged(there.get("jobs")):
            for name in there.keys() & set(_TOGETHER):
                seen[name] = stack.enter_context(_seen(there[name]))
        copies = {name: _copied(seen[name], there[name], folder / name) for name in seen}
    for name in there.keys() - copies.keys():
        with _seen(there[name]) as old:
            copies[name] = _copied(old, there[name], folder / name)
    return {name: copies[name] for name in there}


@contextmanager
def _unchanged(source: Path | None) -> Iterator[None]:
    """Let nobody write to a database during a block; readers go on."""
    if source is None:
        yield
        return
    with closing(_connected(source)) as held:
        with _told_of(source):
            held.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def _seen(source: Path) -> Iterator[sqlite3.Connection]:
    """See a database as it is now during a block, whoever writes to it."""
    with closing(_connected(source)) as old:
        with _told_of(source):
            old.execute("BEGIN")
            # The moment is that of the first look.
            old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        yield old


def _connected(source: Path) -> sqlite3.Connection:
    uri = f"{source.absolute().as_uri()}?mode=rw"
    with _told_of(source):
        return sqlite3.connect(uri, _BUSY_S, uri=True, isolation_level=None)


@contextmanager
def _told_of(source: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{source} cannot be copied: {error}; `graphmem doctor` looks") from error


def _copied(old: sqlite3.Connection, source: Path, copy: Path) -> Path:
    with _told_of(source), closing(sqlite3.connect(copy)) as new:
        old.backup(new, progress=_patience(source))
        # A copy is one file: no log beside it that could be left behind.
        new.execute("PRAGMA journal_mode = DELETE").fetchone()
    _check(copy)
    return copy


def _check(path: Path) -> None:
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as opened:
            found = [row[0] for row in opened.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        found = [str(error)]
    if found != ["ok"]:
        raise StoreCorrupt(f"the part {path.name} of the backup is damaged: {'; '.join(found)}")


def _pack(whole: Path, parts: list[Part], copies: Mapping[str, Path]) -> None:
    manifest = {
        "form": _FORM,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "parts": [asdict(part) for part in parts],
    }
    text = json.dumps(manifest, indent=1).encode()
    # Keys and memories are in it.
    opened = os.open(whole, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(opened, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            _add(archive, "manifest.json", io.BytesIO(text), len(text))
            for part in parts:
                with copies[part.name].open("rb") as stream:
                    _add(archive, part.name, stream, part.n_bytes)
        file.flush()
        os.fsync(file.fileno())


def _add(archive: tarfile.TarFile, name: str, stream: IO[bytes], n_bytes: int) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = n_bytes, 0o600
    archive.addfile(about, stream)


@contextmanager
def _opened(backup: Path) -> Iterator[tarfile.TarFile]:
    if not backup.is_file():
        raise NotFound(f"there is no backup {str(backup)!r}")
    try:
        with tarfile.open(backup, mode="r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise StoreCorrupt(f"{backup} is no backup of graphmem, or is damaged: {error}") from error


def _manifest(archive: tarfile.TarFile) -> list[Part]:
    member = archive.next()
    stream = archive.extractfile(member) if member and member.name == "manifest.json" else None
    if member is None or stream is None or member.size > _MAX_MANIFEST:
        raise StoreCorrupt(f"{_name(archive)} is no backup of graphmem")
    try:
        found: dict[str, Any] = json.load(stream)
        if found["form"] > _FORM:
            raise InvalidInput(f"{_name(archive)} was made by a newer graphmem")
        parts = [Part(**part) for part in found["parts"]]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise StoreCorrupt(f"the manifest of {_name(archive)} is damaged") from error
    if not {part.name for part in parts} <= set(PARTS):
        raise StoreCorrupt(f"the manifest of {_name(archive)} names parts that are none")
    return parts


def _parts(archive: tarfile.TarFile, parts: list[Part]) -> Iterator[tuple[Part, IO[bytes]]]:
    """Yield what the manifest names, and take no other name from the archive."""
    for part in parts:
        member = archive.next()
        stream = archive.extractfile(member) if member is not None else None
        if member is None or stream is None or member.name != part.name:
            raise StoreCorrupt(f"{_name(archive)} lacks its part {part.name!r}")
        yield part, stream


def _drain(stream: IO[bytes], part: Part, target: Path | None = None) -> None:
    """Read a part to its end, into a file where one is given, and compare what was read."""
    digest, n_bytes = hashlib.sha256(), 0
    with target.open("xb") if target else Path(os.devnull).open("wb") as sink:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            n_bytes += len(chunk)
            sink.write(chunk)
        sink.flush()
        if target is not None:
            target.chmod(0o600)
            os.fsync(sink.fileno())
    if (n_bytes, digest.hexdigest()) != (part.n_bytes, part.sha256):
        raise StoreCorrupt(f"the part {part.name!r} of the backup is not what was written")


def _put(unpacked: Path, target: Path) -> None:
    if not target.exists():
        # No log of a file that is gone may be taken for one of this file.
        _remove_logs(target)
        os.replace(unpacked, target)
        _sync_folder(target.absolute().parent)
        return
    try:
        with closing(sqlite3.connect(unpacked)) as new, closing(sqlite3.connect(target)) as old:
            old.execute(f"PRAGMA busy_timeout = {int(_BUSY_S * 1000)}")
            old.execute("PRAGMA synchronous = FULL")
            new.backup(old, progress=_patience(target))
    except sqlite3.OperationalError as error:
        raise _in_use(target, error) from error
    except sqlite3.DatabaseError:
        # It is damaged, which may be why it is restored; nobody can be using it.
        _remove_logs(target)
        os.replace(unpacked, target)
        _sync_folder(target.absolute().parent)


def _patience(path: Path) -> Callable[[int, int, int], None]:
    """Return what ends a copy that waits too long: SQLite's own tries without end."""
    end = time.monotonic() + _BUSY_S

    def look(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > end:
            raise _in_use(path, f"for {_BUSY_S:g} s")

    return look


def _in_use(path: Path, why: object) -> StoreBusy:
    return StoreBusy(f"{path} is in use ({why}): stop who writes, and try again")


def _empty(name: str, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".restore.", dir=target.absolute().parent) as folder:
        with closing(_NEW[name](Path(folder) / name)):
            pass
        _put(Path(folder) / name, target)


def _remove_logs(target: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _name(archive: tarfile.TarFile) -> str:
    return os.fsdecode(archive.name) if archive.name else "the backup"


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == 28:  # ENOSPC
            raise StoreFull(f"there is no room for what belongs to {path}") from error
        raise
