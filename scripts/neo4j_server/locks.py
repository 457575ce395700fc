"""File locks that end with the process that holds them, however it ends.

They also say whether a process lives: one that inherited the lock holds it until it is gone.
Unlike a process number, a lock is never somebody else's, and a zombie does not hold it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["exclusive", "is_held"]


@contextmanager
def exclusive(path: Path) -> Iterator[IO[str]]:
    """Hold the lock on a file, waiting for whoever has it; the file is made if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def is_held(path: Path) -> bool:
    """Whether another open file, of this process or of another, holds the lock."""
    if not path.exists():
        return False
    with path.open("a") as file:
        try:
            # Shared, so that two who ask at once do not take each other for the holder.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
