"""Ledgers for many threads: each is lent to one of them at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from graphmem.errors import StoreReadOnly
from graphmem_pipelines.ledger.writes import WriteLedger

__all__ = ["Ledgers"]

_IDLE_MAX = 8


class Ledgers:
    """Lends ledgers of one file.

    Args:
        path: of the file, which is made where it is not there; None is one for as long as this
            process lives, as a store in memory is.

    Raises:
        StoreError: It cannot be opened.
    """

    def __init__(self, path: Path | None) -> None:
        self._passing = None if path else TemporaryDirectory(prefix="graphmem-")
        self._path = path or Path(self._passing.name if self._passing else "") / "jobs"
        self._lock = Lock()
        _make_folder(self._path.parent)
        self._idle = [WriteLedger(self._path)]

    @contextmanager
    def lend(self) -> Iterator[WriteLedger]:
        """Lend a ledger for the length of a block."""
        with self._lock:
            ledger = self._idle.pop() if self._idle else None
        ledger = ledger or WriteLedger(self._path)
        try:
            yield ledger
        except BaseException:
            # Whatever state its connection is in, nobody else meets it.
            ledger.close()
            raise
        with self._lock:
            kept = len(self._idle) < _IDLE_MAX
            if kept:
                self._idle.append(ledger)
        if not kept:
            ledger.close()

    def close(self) -> None:
        """Release the file where nobody uses it now."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()
        if self._passing is not None:
            self._passing.cleanup()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(
            f"the folder {folder} of the ledger cannot be made ({error.strerror}): name another "
            "file as `ledger`"
        ) from error
