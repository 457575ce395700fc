"""Which file is the projection: a note beside the files names the one that is whole and newest.

A version is a file and its log. It is written under a name of its own and becomes the projection
when the note is replaced, in one step; a reader holds the version that it opened, also while it
is replaced and removed. Every byte is checked before a version is opened for the first time,
because the engine does not survive every damage. Nothing here is the truth: whatever does not fit
reads as "there is none".
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from graphmem.views.snapshot import make_folder

__all__ = ["Version", "Versions"]

_log = logging.getLogger("graphmem")

# Raise it with every change of what the tables mean.
_FORMAT = "cypher/2"
_NOTE = "cypher.json"
_CHUNK = 1 << 20
_STALE_S = 3_600.0
_LOCK_PATIENCE_S = 120.0
_LOCK_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Version:
    """One whole projection.

    Attributes:
        identity: the store and space that it is of, the engine's version and the tables' form.
        seq: the commit up to which it has caught up.
        token: the store's mark of that commit.
        name: of the file; the log's is the same with ".wal".
        file_crc: of the file, which several versions share.
        log_crc: of the log; 0 where there is none.
        n_rows: nodes and edges in the file.
        n_news: what the log holds, in rows.
    """

    identity: str
    seq: int
    token: str
    name: str
    file_crc: int
    log_crc: int
    n_rows: int
    n_news: int


class Versions:
    """The versions of one space in one folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._identity = f"{_FORMAT}/{identity}"
        self._checked: set[str] = set()

    @property
    def identity(self) -> str:
        """What a version must be of."""
        return self._identity

    def path(self, version: Version) -> Path:
        """Return where a version's file is."""
        return self._folder / version.name

    def newest(self) -> Version | None:
        """Return the version that the note names, where it is of this space; not checked yet."""
        try:
            said = json.loads((self._folder / _NOTE).read_text("utf-8"))
            crc = said.pop("crc")
            version = Version(**said)
        except (OSError, ValueError, TypeError, AttributeError, KeyError):
            return None
        if crc != _crc_of(said) or version.identity != self._identity:
            return None
        return version if Path(version.name).name == version.name else None

    def is_whole(self, version: Version) -> bool:
        """Whether every byte of a version is as it was written; about 1 ms for each 2 MB."""
        if version.name in self._checked:
            return True
        path = self.path(version)
        if _crc(path) != version.file_crc or _crc(_log_of(path)) != version.log_crc:
            return False
        self._checked.add(version.name)
        return True

    def forget(self) -> None:
        """Check every byte again before the next opening."""
        self._checked.clear()

    def fresh_path(self, seq: int) -> Path:
        """Return a name that no version has; the folder is there afterwards."""
        make_folder(self._folder)
        return self._folder / f"cypher-{seq}-{secrets.token_hex(6)}.lbug"

    def publish(self, path: Path, like: Version | None, **facts: object) -> Version:
        """Make a finished file the projection, and remove the others.

        Args:
            like: the version whose file it shares, so that this is not read again.
            facts: seq, token, n_rows and n_news.
        """
        said = {
            "identity": self._identity, "name": path.name, **facts,
            "file_crc": _crc(path) if like is None else like.file_crc,
            "log_crc": _crc(_log_of(path)),
        }  # fmt: skip
        version = Version(**said)  # type: ignore[arg-type]  # the caller's facts are its fields
        said = asdict(version)
        before = self.newest()
        temporary = path.with_suffix(".note")
        temporary.write_text(json.dumps({**said, "crc": _crc_of(said)}), "utf-8")
        os.replace(temporary, self._folder / _NOTE)
        self._checked = {version.name}
        if before is not None:
            self.remove(self.path(before))
        self._remove_old(but=version.name)
        return version

    def remove(self, path: Path) -> None:
        """Remove a version's file and its log; some systems keep what is open."""
        for file in (path, _log_of(path)):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("%s could not be removed: %s", file, error.strerror)

    def share(self, version: Version, seq: int) -> Path:
        """Return a new path with the version's file, and a copy of its log.

        The file is shared where the disk can do that: nobody writes it any more.
        """
        old, new = self.path(version), self.fresh_path(seq)
        try:
            os.link(old, new)
        except OSError:
            shutil.copyfile(old, new)
        if version.log_crc:
            shutil.copyfile(_log_of(old), _log_of(new))
        return new

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other process makes a version, so that the work is done once.

        It saves work and guards nothing: without a lock, or when one is waited for in vain, two
        versions are made, and either is whole.
        """
        make_folder(self._folder)
        with open(self._folder / "cypher.lock", "ab") as file:
            locked = _lock(file.fileno())
            try:
                yield
            finally:
                if locked:
                    _unlock(file.fileno())

    def _remove_old(self, but: str) -> None:
        """Remove what no note names and nobody can be making any more."""
        for file in self._folder.glob("cypher-*"):
            if not file.name.startswith(but):
                with contextlib.suppress(OSError):
                    # Not the time of its content, which a shared file has from long ago.
                    if time.time() - file.stat().st_ctime > _STALE_S:
                        file.unlink()


def _log_of(path: Path) -> Path:
    """Return where the log of a file is."""
    return path.with_name(path.name + ".wal")


def _crc(path: Path) -> int:
    """Return a file's checksum; 0 for one that is not there, or empty."""
    crc = 0
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                crc = zlib.crc32(chunk, crc)
    except OSError:
        return 0
    return crc


def _crc_of(said: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(said, sort_keys=True).encode())


def _lock(handle: int) -> bool:
    """Lock a file for this process; False where that cannot be had in time or at all."""
    try:
        import fcntl
    except ImportError:
        return False
    end = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(_LOCK_PAUSE_S)
        except OSError:
            return False
        else:
            return True


def _unlock(handle: int) -> None:
    import fcntl

    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
