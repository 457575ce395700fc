"""Saves a view's arrays in one file, and maps them back only when nothing is wrong with it.

A snapshot is a shortcut, never the truth: whatever does not fit (damage, an older format, another
store) reads as "there is none", and the view is rebuilt from its store.

Layout: magic (8 bytes), header length and header crc32 (4 bytes each, little endian), JSON header,
then the arrays, each starting at a multiple of 64 bytes and with a crc32 of its own.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import struct
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from io import FileIO
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from graphmem.errors import StoreError, StoreFull, StoreReadOnly, StoreUnavailable

__all__ = ["Snapshot", "discard", "folder_of", "inspect", "load", "make_folder", "save"]

_log = logging.getLogger("graphmem")

Arrays = Mapping[str, npt.NDArray[Any]]

_MAGIC = b"GMSNAP01"
_PREFIX = struct.Struct("<II")
_ALIGNMENT = 64
_MAX_HEADER = 1 << 20
# Numbers and fixed byte strings; never objects, whose loading could run code.
_KINDS = "biufS"
_CHUNK = 1 << 20
_STALE_SECONDS = 3_600.0
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What a snapshot file held.

    Attributes:
        seq: the watermark up to which the view had caught up.
        token: the store's mark of that commit; "" where there is none.
        arrays: by name, mapped from the file: pages are read when touched, and what is written
            to them stays in this process.
    """

    kind: str
    identity: str
    seq: int
    token: str
    arrays: dict[str, npt.NDArray[Any]]


def save(
    path: Path, *, kind: str, identity: str, seq: int, token: str = "", arrays: Arrays
) -> None:
    """Write a snapshot beside `path` and move it there in one step.

    A reader sees the old file or the new one, and after a crash one of the two is there.
    O(bytes).

    Args:
        kind: the view and the version of what its arrays mean ("adjacency/1").
        identity: the store and space that the view is of, and every setting that shapes it.
        arrays: of numbers or fixed byte strings, contiguous or not.

    Raises:
        StoreFull: There is no room; the old file is as it was.
        StoreReadOnly: The folder cannot be written.
        StoreUnavailable: The disk failed in another way.
    """
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    header = _header(contiguous, (kind, identity, seq, token))
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        make_folder(path.parent)
        _drop_stale(path)
        with open(temporary, "wb") as file:
            _write(file, header, contiguous)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _mapped(error, path) from error


def load(path: Path, *, kind: str, identity: str) -> Snapshot | None:
    """Map a snapshot, or return None where it is missing, damaged, foreign or of another format.

    Every byte is checked against its checksum first, about 1 ms for each 2 MB.
    """
    return _open(path, (kind, identity))


def inspect(path: Path) -> Snapshot | None:
    """Map a snapshot of whatever kind and store, None where it is not whole; for a check-up."""
    return _open(path, None)


def _open(path: Path, wanted: tuple[str, str] | None) -> Snapshot | None:
    """Map a snapshot of the wanted kind and identity, or of any."""
    try:
        with open(path, "rb", buffering=0) as file:
            content: npt.NDArray[np.uint8] = np.memmap(file, np.uint8, mode="c")
            header = _read_header(content)
            found = (header["kind"], header["identity"])
            if wanted is not None and found != wanted:
                return None
            seq, token = header["seq"], header["token"]
            if type(seq) is not int or seq < 0 or type(token) is not str:
                return None
            arrays = {str(row["name"]): _map(content, file, row) for row in header["arrays"]}
    except (OSError, struct.error, ValueError, TypeError, KeyError, RecursionError):
        return None
    kind, identity = str(found[0]), str(found[1])
    return Snapshot(kind=kind, identity=identity, seq=seq, token=token, arrays=arrays)


def folder_of(space: str, views_folder: Path) -> Path:
    """Return where the views of a space are kept; any name gives one that file systems take."""
    return views_folder / blake2b(space.encode(), digest_size=16).hexdigest()


def make_folder(folder: Path) -> None:
    """Make the folder of a space's views, and the one of its store, for their owner alone.

    What is there stays as it is: it may be anybody's, as a folder of temporary files is.

    Raises:
        OSError: It cannot be made.
    """
    for one in (folder.parent, folder):  # `parents` would be made open to all
        one.mkdir(0o700, parents=True, exist_ok=True)


def discard(space: str, views_folder: Path | None) -> None:
    """Throw away all snapshots of a space, and what killed writers left of theirs.

    What cannot be removed (some systems keep a mapped file) is logged: it is replaced when the
    view is saved next.
    """
    folder = folder_of(space, views_folder) if views_folder else None
    if folder is None or not folder.is_dir():
        return
    for file in sorted(folder.iterdir()):
        try:
            if file.is_file():
                file.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s could not be removed: %s", file, error.strerror)


def _header(arrays: Arrays, facts: tuple[str, str, int, str]) -> bytes:
    """Return the JSON header; offsets count from the end of the header's padding."""
    rows, offset = [], 0
    for name, array in arrays.items():
        if array.dtype.kind not in _KINDS:
            raise TypeError(f"array {name!r} of {array.dtype} cannot be in a snapshot")
        rows.append(
            {
                "name": name,
                "dtype": array.dtype.str,
                "shape": list(array.shape),
                "offset": offset,
                "crc": zlib.crc32(_bytes_of(array)),
            }
        )
        offset += _padded(array.nbytes)
    kind, identity, seq, token = facts
    fields = {"kind": kind, "identity": identity, "seq": int(seq), "token": token}
    return json.dumps({**fields, "arrays": rows}).encode("ascii")


def _write(file: IO[bytes], header: bytes, arrays: Arrays) -> None:
    file.write(_MAGIC + _PREFIX.pack(len(header), zlib.crc32(header)) + header)
    file.write(bytes(_data_start(len(header)) - file.tell()))
    for array in arrays.values():
        file.write(_bytes_of(array))
        file.write(bytes(_padded(array.nbytes) - array.nbytes))


def _read_header(content: npt.NDArray[np.uint8]) -> dict[str, Any]:
    start = len(_MAGIC) + _PREFIX.size
    if content[: len(_MAGIC)].tobytes() != _MAGIC:
        raise ValueError("not a snapshot of this format")
    length, checksum = _PREFIX.unpack(content[len(_MAGIC) : start].tobytes())
    if length > _MAX_HEADER:
        raise ValueError("no header is that long")
    raw = content[start : start + length].tobytes()
    if len(raw) != length or zlib.crc32(raw) != checksum:
        raise ValueError("damaged header")
    header: dict[str, Any] = json.loads(raw)
    header["arrays"] = [
        {**row, "offset": row["offset"] + _data_start(length)} for row in header["arrays"]
    ]
    return header


def _map(content: npt.NDArray[np.uint8], file: FileIO, row: dict[str, Any]) -> npt.NDArray[Any]:
    """Return one array over the mapped bytes; ValueError when they are not what was written."""
    dtype, shape = np.dtype(row["dtype"]), tuple(row["shape"])
    if dtype.kind not in _KINDS or any(type(size) is not int or size < 0 for size in shape):
        raise ValueError("no array can be like that")
    start, size = row["offset"], prod(shape) * dtype.itemsize
    raw = content[start : start + size]
    if start < 0 or len(raw) != size or _read_crc(file, start, size) != row["crc"]:
        raise ValueError("damaged array")
    array = np.frombuffer(raw, dtype) if size else np.empty(0, dtype)
    return array.reshape(shape)


def _read_crc(file: FileIO, start: int, size: int) -> int:
    """Return the checksum of a part of the file.

    Read and not mapped: what no search touches is no memory of this process.
    """
    room = memoryview(bytearray(min(size, _CHUNK)))
    file.seek(start)
    crc, left = 0, size
    while left:
        n_read = file.readinto(room[: min(left, _CHUNK)])
        if not n_read:
            raise ValueError("a file that ends too soon")
        crc, left = zlib.crc32(room[:n_read], crc), left - n_read
    return crc


def _bytes_of(array: npt.NDArray[Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data if array.nbytes else memoryview(b"")


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _data_start(header_length: int) -> int:
    return _padded(len(_MAGIC) + _PREFIX.size + header_length)


def _drop_stale(path: Path) -> None:
    """Remove what killed writers left behind, once it is too old to be in use."""
    for leftover in path.parent.glob(f".{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.lstat().st_mtime > _STALE_SECONDS:
                leftover.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be synced there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _mapped(error: OSError, path: Path) -> StoreError:
    if error.errno in _FULL:
        return StoreFull(f"no room to save {path}: {error.strerror}; free some and try again")
    if error.errno in _READ_ONLY:
        return StoreReadOnly(f"{path} cannot be written: {error.strerror}; check its folder")
    return StoreUnavailable(f"{path} could not be saved: {error.strerror}; check the disk")
