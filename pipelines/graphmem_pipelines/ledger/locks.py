"""Locks beside a ledger, which go with the process that holds them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from filelock import FileLock

__all__ = ["lock_beside"]


def lock_beside(ledger: Path, name: str) -> FileLock:
    """Return a lock that is tried once.

    Its file takes the mode of the ledger: whoever may not use that must not hold it up either,
    for which opening a lock's file to read is enough.
    """
    path = ledger.with_name(f"{ledger.name}-{name}.lock")
    mode = 0o600
    with suppress(OSError):  # none yet, or another's
        mode |= ledger.stat().st_mode & 0o066
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)
    return FileLock(path, timeout=0, mode=mode)
