"""The keys as a server knows them: read again when the file has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from graphmem_api.access.hashing import Hashed, nobody
from graphmem_api.access.keys import Key, KeyFile

__all__ = ["KeyRing"]

_LOOK_EVERY_S = 0.5


@dataclass(slots=True)
class _Read:
    at: float = float("-inf")
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
            mark = _mark(self._file)
            if mark is None:
                self._read = _Read(self._clock())
            elif mark != self._read.mark:
                keys = {key.id: key for key in self._file.read()}
                self._read = _Read(self._clock(), mark, keys)
            else:
                self._read.at = self._clock()
            return self._read.keys


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
