"""Files that hold a whole space: which format a path asks for, and how one is written."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from graphmem.errors import InvalidInput, NotFound
from graphmem.interop.whole import undisturbed
from graphmem.ports import GraphStore

__all__ = [
    "EXPORTS",
    "IMPORTS",
    "export_space",
    "graph_of",
    "import_space",
    "look_for",
    "write_whole",
]

EXPORTS = {
    ".jsonl": "graphmem.interop.jsonl:export_jsonl",
    ".trig": "graphmem.interop.rdf:export_trig",
    ".ttl": "graphmem.interop.rdf:export_turtle",
    ".graphml": "graphmem.interop.graphml:export_graphml",
}
IMPORTS = {
    ".jsonl": "graphmem.interop.jsonl:import_jsonl",
    ".trig": "graphmem.interop.rdf_reading:import_rdf",
    ".ttl": "graphmem.interop.rdf_reading:import_rdf",
}


def export_space(
    store: GraphStore, space: str, path: Path, embedder: str | None, vectors: bool | None = None
) -> int:
    """Write the space to a file in the format of its ending; return the number of rows.

    Args:
        store: where from.
        space: the space that is written.
        path: the file.
        embedder: whose vectors the store holds.
        vectors: whether they go along; None is the format's own habit.

    Raises:
        InvalidInput: No format has the ending, or the file cannot be written.
        StoreBusy: Others wrote to the space all the time.
    """
    export: Callable[..., int] = _named(EXPORTS, path, "written")
    if vectors is None:
        return export(store, space, path, embedder)
    return export(store, space, path, embedder, vectors=vectors)


def import_space(
    store: GraphStore, space: str, path: Path, check_embedder: Callable[[str | None], None]
) -> int:
    """Read a file that `export_space` wrote into the space; return the number of rows.

    Raises:
        NotFound: There is no such file.
        InvalidInput: No format that can be read has the ending, or a row is not what it should
            be; nothing has changed.
    """
    read: Callable[..., int] = _named(IMPORTS, path, "read")
    return read(store, space, path, check_embedder)


def graph_of(store: GraphStore, space: str, library: str) -> Any:
    """Return a copy of the space as a graph of a library.

    Args:
        store: where from.
        space: the space.
        library: "networkx" or "igraph".

    Raises:
        InvalidInput: It is neither of them.
        MissingExtra: igraph is not installed.
    """
    if library not in ("networkx", "igraph"):
        raise InvalidInput(f"cannot make a graph of {library!r}: use 'networkx' or 'igraph'")
    module = import_module(f"graphmem.interop.{library}")
    return getattr(module, f"to_{library}")(store, space)


def write_whole(
    store: GraphStore, space: str, path: Path, head: str, write: Callable[[TextIO], int]
) -> int:
    """Write an export and return the number of its rows.

    The file appears whole or not at all: it is written beside its place, put on the disk and then
    moved. Nobody else's file is touched, whatever its name.

    Args:
        store: where from.
        space: the space that is written.
        path: the file.
        head: how every file of the format begins; only such a file is written over.
        write: writes what comes after the head.

    Raises:
        InvalidInput: The path is no place for a file, or it cannot be written.
        StoreBusy: Others wrote to the space all the time.
    """
    part = path.with_name(f".graphmem-{uuid.uuid4().hex}.part")

    def whole() -> int:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.write(head)
            n_rows = write(file)
            file.flush()
            os.fsync(file.fileno())
            return n_rows

    try:
        # Moving a file onto a device or a pipe would put the file in its place.
        if path.exists() and not path.is_file():
            raise InvalidInput(f"{str(path)!r} is a folder or a device: give the path of a file")
        _spare(path, head)
        part.open("x").close()
        n_rows = undisturbed(store, space, whole)
        part.replace(path)
    except OSError as error:
        raise InvalidInput(
            f"cannot write {str(path)!r}: {error.strerror}; give another path or free some room"
        ) from error
    finally:  # where it was moved, it is there no more
        with suppress(OSError):
            part.unlink()
    _keep_name(path.parent)
    return n_rows


def _keep_name(folder: Path) -> None:
    """Put the new name on the disk too, where a system lets one."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def look_for(path: Path) -> None:
    """Check that the file is there and can be read.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It cannot be read.
    """
    try:
        there = path.is_file()
        if there:
            path.open("rb").close()
    except OSError as error:
        raise InvalidInput(f"cannot read {str(path)!r}: {error.strerror}") from error
    if not there:
        raise NotFound(f"there is no file {str(path)!r} to import")


def _spare(path: Path, head: str) -> None:
    """Refuse to write over anything but an earlier export; the store itself may be there."""
    expected = head.encode()
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            found = file.read(len(expected))
        if found != expected:
            raise InvalidInput(
                f"{str(path)!r} is there and is no export of graphmem in this format: give "
                "another path"
            )


def _named(table: dict[str, str], path: Path, done: str) -> Callable[..., int]:
    """Import what the path's ending names; a path without any is JSON Lines."""
    ending = path.suffix.lower() or ".jsonl"
    if ending not in table:
        raise InvalidInput(
            f"no format that can be {done} ends in {ending!r}: use one of {', '.join(table)}"
        )
    module, _, name = table[ending].partition(":")
    function: Callable[..., int] = getattr(import_module(module), name)
    return function
