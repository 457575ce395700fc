"""Paths → the items of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from graphmem.errors import NotSupported
from graphmem_pipelines.readers.content import Found, ReaderOptions

__all__ = ["scan"]


def scan(
    paths: Sequence[str | Path], options: ReaderOptions, *, stdin: TextIO | None = None
) -> Iterator[Found]:
    """Yield what is at the paths, in the order of the paths, folders sorted by name.

    Args:
        paths: files, folders, globs; "-" is `stdin`.
        options: what is taken, and how it is read.
        stdin: where "-" reads from.

    Raises:
        NotFound: A path does not exist.
        InvalidInput: A path or an option cannot be used.
    """
    raise NotSupported("readers are not there yet")
