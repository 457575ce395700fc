"""Paths → the items of a job."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TextIO

from graphmem.errors import GraphMemError, InvalidInput, MissingExtra, NotFound
from graphmem_pipelines.readers.content import Content, Found, ReaderOptions
from graphmem_pipelines.readers.folders import STDIN, Candidate, Root, roots, walk
from graphmem_pipelines.readers.opening import digest_of, open_file, read_bytes, read_head
from graphmem_pipelines.readers.read import read_data
from graphmem_pipelines.readers.slack import is_list_of_export, is_silent
from graphmem_pipelines.readers.sniff import (
    HEAD_BYTES,
    KINDS,
    SPLIT_KINDS,
    UNKNOWN,
    knows_suffix,
    sniff,
)
from graphmem_pipelines.readers.split import split

__all__ = ["scan"]

_CHUNK_CHARS = 1 << 20
_EMPTY = "it is empty"
_DIGEST_CHARS = 12


def scan(
    paths: Sequence[str | Path],
    options: ReaderOptions,
    *,
    stdin: TextIO | None = None,
    source: str | None = None,
    labels: Mapping[str, str] | None = None,
    passed_over: Counter[str] | None = None,
) -> Iterator[Found]:
    """Yield what is at the paths, in the order of the paths, folders sorted by name.

    Args:
        paths: files, folders, globs; "-" is `stdin`. A file that several of them lead to is
            found once.
        options: what is taken, and how it is read.
        stdin: where "-" reads from.
        source: what that is called; None names it by what it says.
        labels: of folders that were named before; see `folders.roots`.
        passed_over: counts by suffix the files of folders that no reader knows.

    Raises:
        NotFound: A path does not exist.
        InvalidInput: A path or an option cannot be used.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    if options.format is not None and options.format not in KINDS:
        raise InvalidInput(f"there is no format {options.format!r}: {', '.join(sorted(KINDS))}")
    counts = Counter() if passed_over is None else passed_over
    return _scan(roots(paths, labels), options, (stdin, source), counts)


def _scan(
    found: list[Root | None],
    options: ReaderOptions,
    stdin: tuple[TextIO | None, str | None],
    passed_over: Counter[str],
) -> Iterator[Found]:
    # Only several roots can overlap; the paths of a large tree need not be kept.
    seen: set[str] | None = set() if len(found) > 1 else None
    for root in found:
        if root is None:
            yield from _from_stdin(*stdin, options)
            continue
        for candidate in walk(root, options):
            if seen is not None:
                if candidate.path in seen:
                    continue
                seen.add(candidate.path)
            yield from _from_candidate(candidate, options, passed_over)


def _from_candidate(
    candidate: Candidate, options: ReaderOptions, passed_over: Counter[str]
) -> Iterator[Found]:
    suffix = Path(candidate.path).suffix.lower()
    if candidate.problem is not None:
        yield _failed(candidate, candidate.problem)
        return
    if not (candidate.named or not suffix or knows_suffix(candidate.path)):
        passed_over[suffix] += 1
        return
    try:
        head = read_head(candidate.path, HEAD_BYTES)
        if _is_empty(head, candidate.size):
            yield Found(candidate.key, candidate.path, UNKNOWN, candidate.size, nothing=_EMPTY)
            return
        kind = _kind(candidate, head, options)
    except GraphMemError as error:
        yield _failed(candidate, str(error))
        return
    if kind is None:
        # What an export says of itself was read with it.
        if not is_list_of_export(candidate.path):
            passed_over[suffix] += 1
    elif kind in SPLIT_KINDS:
        yield from _from_file(candidate, kind, options, suffix)
    else:
        yield Found(candidate.key, candidate.path, kind, candidate.size)


def _kind(candidate: Candidate, head: bytes, options: ReaderOptions) -> str | None:
    """Return the reader for a file, or None where there is nothing that anybody wants."""
    if options.format is None and not candidate.named and is_list_of_export(candidate.path):
        return None
    kind = options.format or sniff(candidate.path, head, named=candidate.named)
    if kind == "slack" and is_silent(read_bytes(candidate.path, options.max_bytes)):
        return None
    return kind


def _from_file(
    candidate: Candidate, kind: str, options: ReaderOptions, suffix: str
) -> Iterator[Found]:
    try:
        with open_file(candidate.path) as file:
            yield from split(file, candidate.key, kind, options, suffix=suffix)
    except (InvalidInput, NotFound, MissingExtra) as error:
        yield _failed(candidate, str(error))


def _is_empty(head: bytes, size: int) -> bool:
    return size <= HEAD_BYTES and not head.removeprefix(BOM_UTF8).strip()


def _failed(candidate: Candidate, problem: str) -> Found:
    return Found(candidate.key, candidate.path, UNKNOWN, candidate.size, problem=problem)


def _from_stdin(
    stdin: TextIO | None, source: str | None, options: ReaderOptions
) -> Iterator[Found]:
    """Read stdin by way of a file, as far as it is long: rows of it are streamed."""
    if stdin is None:
        raise InvalidInput("there is no stdin to read")
    with TemporaryFile() as file:
        digest = digest_of(_copied(stdin, file))
        # Two texts are two sources, and the same text is the same one.
        key = source or f"stdin-{digest[:_DIGEST_CHARS]}"
        size = file.tell()
        file.seek(0)
        head = file.read(HEAD_BYTES)
        file.seek(0)
        if _is_empty(head, size):
            yield Found(key, None, UNKNOWN, size, nothing=_EMPTY)
            return
        try:
            kind = options.format or sniff(STDIN, head, named=True) or "text"
            if kind in SPLIT_KINDS:
                yield from split(file, key, kind, options)
                return
            data = file.read(options.max_bytes + 1)
            content = read_data(data, Found(key, None, kind, size), options)
            yield Found(key, None, kind, size, content if source else _untitled(content))
        except (InvalidInput, MissingExtra) as error:
            yield Found(key, None, UNKNOWN, size, problem=str(error))


def _copied(stdin: TextIO, file: IO[bytes]) -> Iterator[bytes]:
    while chunk := stdin.read(_CHUNK_CHARS):
        data = chunk.encode("utf-8", "surrogateescape")
        file.write(data)
        yield data


def _untitled(content: Content) -> Content:
    """Drop the title that a document has by the name of its file: there is none."""
    document = content.document
    if document is None or document.title != content.name:
        return content
    return replace(content, document=document.model_copy(update={"title": None}))
