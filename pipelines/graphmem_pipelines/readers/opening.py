"""Files as bytes: opened without following links, and never more of them than is allowed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from hashlib import blake2b
from typing import BinaryIO

from graphmem.errors import InvalidInput, NotFound

__all__ = ["digest_of", "open_file", "read_bytes", "read_head"]

# Opening a pipe that nobody writes to would wait for ever; both flags are missing on Windows.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


def digest_of(blocks: Iterable[bytes]) -> str:
    """Return the digest of some bytes in pieces: equal ones need no second reading."""
    digest = blake2b(digest_size=16)
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def open_file(path: str) -> BinaryIO:
    """Open a regular file; what became a link since it was found is not followed.

    Args:
        path: absolute and without links, as files are found.

    Raises:
        NotFound: It is no longer there.
        InvalidInput: It cannot be opened, or is a link, a folder, a pipe or a device.
    """
    if os.path.realpath(path) != path:
        raise InvalidInput("it is behind a link now, or is one: links are not followed")
    try:
        number = os.open(path, _FLAGS)
    except FileNotFoundError as error:
        raise NotFound("it is no longer there") from error
    except OSError as error:
        raise InvalidInput(f"it cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise InvalidInput("it is no regular file: give what it holds on stdin, with -")
    return os.fdopen(number, "rb")


def read_bytes(path: str, limit: int) -> bytes:
    """Return all of a file.

    Raises:
        NotFound: It is no longer there.
        InvalidInput: It cannot be read, or has more than `limit` bytes.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        data = b"" if size > limit else _read(file, limit + 1)
        if max(size, len(data)) > limit:
            raise InvalidInput(
                f"it has {max(size, len(data)):,} bytes; at most {limit:,} are read: split it"
            )
    return data


def read_head(path: str, limit: int) -> bytes:
    """Return the first bytes of a file.

    Raises:
        NotFound: It is no longer there.
        InvalidInput: It cannot be read.
    """
    with open_file(path) as file:
        return _read(file, limit)


def _read(file: BinaryIO, limit: int) -> bytes:
    try:
        return file.read(limit)
    except OSError as error:
        raise InvalidInput(f"it cannot be read: {error.strerror}") from error
