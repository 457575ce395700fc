"""The keys as a server knows them: read again when the file has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from graphmem.errors import StoreBusy
from graphmem_api.access.hashing import Hashed, nobody
from graphmem_api.access.keys import Key, KeyFile

__all__ = ["KeyRing"]

_LOOK_EVERY_S = 0.5
# How long keys hold that may have changed since, while others keep us from reading them.
_HELD_S = 10.0


@dataclass(slots=True)
class _Read:
    at: float = float("-inf")
    behind_since: float = float("inf")
    mark: tuple[int, ...] | None = None
    keys: dict[str, Key] = field(default_factory=dict)


class KeyRing:
    """Keys by id. Safe to use from many threads.

    Args:
        file: where they are; None for a store that keeps no files.
        clock: seconds that only grow.
    """

    def __init__(self, file: KeyFile | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = file, clock
        self._lock = threading.Lock()
        self._read = _Read()
        self._ever = False
        self._nobody = nobody()

    def find(self, key_id: str) -> tuple[Key | None, Hashed]:
        """Return a key and what its secret is compared with; for an unknown id nobody's."""
        key = self._keys().get(key_id)
        return key, self._nobody if key is None else key.hashed

    def get(self, key_id: str) -> Key | None:
        """Return the key as it stands now."""
        return self._keys().get(key_id)

    @property
    def is_empty(self) -> bool:
        """Whether no key was ever made; what this process has seen once is not forgotten."""
        self._ever = self._ever or bool(self._keys())
        return not self._ever

    def _keys(self) -> dict[str, Key]:
        if self._file is None or self._clock() - self._read.at < _LOOK_EVERY_S:
            return self._read.keys
        with self._lock:
            self._read = self._look(self._file)
            return self._read.keys

    def _look(self, file: KeyFile) -> _Read:
        """Return the keys as they are, or as they were where others hold the file.

        An event loop calls this, so only the first look waits for others.
        """
        last, now = self._read, self._clock()
        is_first = last.at == float("-inf")
        mark = _mark(file)
        if mark is None:
            return _Read(now)
        if mark == last.mark:
            return _Read(now, mark=mark, keys=last.keys)
        try:
            found = file.read() if is_first else file.read(wait_s=0)
        except StoreBusy:
            since = min(last.behind_since, now)
            if is_first or now - since >= _HELD_S:
                raise
            return _Read(now, since, last.mark, last.keys)
        return _Read(self._clock(), mark=mark, keys={key.id: key for key in found})


def _mark(file: KeyFile) -> tuple[int, ...] | None:
    """Return what differs when the file was written or replaced; None where there is none."""
    try:
        found = file.path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, _change_counter(file)


def _change_counter(file: KeyFile) -> int:
    """Return the count that SQLite adds to with each commit: bytes 24 to 27 of the file."""
    with file.path.open("rb") as opened:
        opened.seek(24)
        return int.from_bytes(opened.read(4), "big")
