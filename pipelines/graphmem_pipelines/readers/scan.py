"""Paths → the items of a job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from graphmem.errors import GraphMemError, InvalidInput
from graphmem_pipelines.readers.content import Content, Found, ReaderOptions
from graphmem_pipelines.readers.folders import Candidate, Root, roots, walk
from graphmem_pipelines.readers.opening import read_head
from graphmem_pipelines.readers.sniff import HEAD_BYTES, KINDS, knows_suffix, sniff

__all__ = ["scan"]

_STDIN_KEY = "stdin"


def scan(
    paths: Sequence[str | Path],
    options: ReaderOptions,
    *,
    stdin: TextIO | None = None,
    passed_over: Counter[str] | None = None,
) -> Iterator[Found]:
    """Yield what is at the paths, in the order of the paths, folders sorted by name.

    Args:
        paths: files, folders, globs; "-" is `stdin`. A file that several of them lead to is
            found once.
        options: what is taken, and how it is read.
        stdin: where "-" reads from.
        passed_over: counts by suffix the files of folders that no reader knows.

    Raises:
        NotFound: A path does not exist.
        InvalidInput: A path or an option cannot be used.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    if options.format is not None and options.format not in KINDS:
        raise InvalidInput(f"there is no format {options.format!r}: {', '.join(sorted(KINDS))}")
    return _scan(roots(paths), options, stdin, Counter() if passed_over is None else passed_over)


def _scan(
    found: list[Root | None],
    options: ReaderOptions,
    stdin: TextIO | None,
    passed_over: Counter[str],
) -> Iterator[Found]:
    # Only several roots can overlap; the paths of a large tree need not be kept.
    seen: set[str] | None = set() if len(found) > 1 else None
    for root in found:
        if root is None:
            yield from _from_stdin(stdin, options)
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
        kind = options.format or sniff(candidate.path, head, named=candidate.named)
    except GraphMemError as error:
        yield _failed(candidate, str(error))
        return
    if kind is None:
        passed_over[suffix] += 1
    else:
        yield Found(candidate.key, candidate.path, kind, candidate.size)


def _failed(candidate: Candidate, problem: str) -> Found:
    return Found(candidate.key, candidate.path, "unknown", candidate.size, problem=problem)


def _from_stdin(stdin: TextIO | None, options: ReaderOptions) -> Iterator[Found]:
    if stdin is None:
        raise InvalidInput("there is no stdin to read")
    from graphmem_pipelines.readers.plain import from_text

    text = stdin.read(options.max_bytes)
    yield Found(
        _STDIN_KEY, None, "text", len(text), Content(_STDIN_KEY, document=from_text(text, "stdin"))
    )
