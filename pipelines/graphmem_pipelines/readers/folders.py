"""Paths → files, sorted: folders are walked, globs expanded, links never followed out."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphmem.errors import InvalidInput, NotFound
from graphmem_pipelines.readers.content import ReaderOptions
from graphmem_pipelines.readers.globs import Globs

__all__ = ["STDIN", "Candidate", "Root", "roots", "walk"]

STDIN = "-"
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Root:
    """A path that was named.

    Attributes:
        folder: absolute, without links; what is found in it has the key `label/…`.
        names: of the one file that was named, or none for the folder.
        pattern: glob below the folder; None takes all.
    """

    folder: str
    label: str
    name: str | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be read.

    Attributes:
        named: whether it was asked for by name or by `include`.
        problem: why it must not be opened.
    """

    key: str
    path: str
    size: int
    named: bool
    problem: str | None = None


def roots(
    paths: Sequence[str | Path], known: Mapping[str, str] | None = None
) -> list[Root | None]:
    """Return where to look; None stands for stdin.

    Args:
        paths: files, folders or globs.
        known: labels that folders were given before: they keep them, and no other gets them.

    Raises:
        NotFound: A path does not exist.
        InvalidInput: It cannot be a path.
    """
    found = [None if str(path) == STDIN else _root(str(path)) for path in paths]
    labels = _labels({root.folder for root in found if root}, known or {})
    return [
        root and Root(root.folder, labels[root.folder], root.name, root.pattern) for root in found
    ]


def walk(root: Root, options: ReaderOptions) -> Iterator[Candidate]:
    """Yield the files of a root, sorted by name within each folder."""
    if root.name is not None:
        path = os.path.join(root.folder, root.name)
        yield _candidate(_key(root, root.name), path, named=True)
        return
    include = Globs(options.include)
    wanted = Globs((root.pattern,) if root.pattern else (), anywhere=False)
    for relative, path, problem in _below(root.folder, options):
        if problem is None and (
            (wanted and not wanted.match_within(relative))
            or (include and not include.match_within(relative))
        ):
            continue
        named = bool(include or wanted)
        if problem is None and os.path.islink(path):
            problem = _link_problem(path, root.folder)
            if problem is None:
                continue
        if problem:
            yield Candidate(_key(root, relative), path, 0, named, problem)
        else:
            yield _candidate(_key(root, relative), path, named=named)


def _key(root: Root, relative: str) -> str:
    return f"{root.label}/{relative}".lstrip("/")


def _root(path: str) -> Root:
    if not path or "\x00" in path:
        raise InvalidInput(f"{path!a} cannot be a path: give another")
    if not os.path.lexists(path) and _WILD.search(path):
        return _glob_root(path)
    if not os.path.exists(path):
        raise NotFound(f"there is no file or folder {path!r}")
    real = os.path.realpath(path)
    if os.path.isdir(real):
        return Root(real, "")
    return Root(os.path.dirname(real), "", os.path.basename(real))


def _glob_root(path: str) -> Root:
    parts = Path(path).parts
    first = next(at for at, part in enumerate(parts) if _WILD.search(part))
    folder = os.path.realpath(os.path.join(*parts[:first])) if first else os.getcwd()
    if not os.path.isdir(folder):
        raise NotFound(f"there is no folder {folder!r} to look for {path!r} in")
    if not glob.has_magic(path) or ".." in parts[first:]:
        raise InvalidInput(f"{path!r} cannot be a pattern: leave out what goes up after a *")
    return Root(os.path.realpath(folder), "", pattern="/".join(parts[first:]))


def _labels(folders: set[str], known: Mapping[str, str]) -> dict[str, str]:
    """Name folders; one within another is named by that: its files have one key either way."""
    labels = dict(known)
    new = folders - labels.keys()
    labels |= _apart({one for one in new if _outer(one, {*labels, *new}) is None}, known)
    for folder in sorted(folders - labels.keys(), key=len):
        outer = _outer(folder, labels)
        assert outer is not None
        labels[folder] = _named_by(labels[outer], outer, folder)
    return {folder: labels[folder] for folder in folders}


def _apart(folders: set[str], known: Mapping[str, str]) -> dict[str, str]:
    """Name each folder by as many of its last parts as keep keys of different files apart.

    Args:
        folders: none of which is within another one.
        known: labels of other folders, which they keep.
    """
    parts = {folder: Path(folder).parts[1:] for folder in folders}
    lengths = dict.fromkeys(folders, 1)
    while True:
        labels = {folder: "/".join(parts[folder][-lengths[folder] :]) for folder in folders}
        others = [*known.items(), *labels.items()]
        unclear = {
            folder
            for folder, label in labels.items()
            for other, taken in others
            if _may_collide(label, taken)
            and other != folder
            and not (_is_within(other, folder) and taken == _named_by(label, folder, other))
            and lengths[folder] < len(parts[folder])
        }
        if not unclear:
            return labels
        for folder in unclear:
            lengths[folder] += 1


def _outer(folder: str, others: Container[str]) -> str | None:
    """Return the nearest of the others that a folder is in."""
    return next((str(one) for one in Path(folder).parents if str(one) in others), None)


def _named_by(label: str, outer: str, folder: str) -> str:
    return f"{label}/{os.path.relpath(folder, outer)}".lstrip("/")


def _may_collide(label: str, other: str) -> bool:
    return f"{label}/".startswith(f"{other}/") or f"{other}/".startswith(f"{label}/")


def _is_within(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder


def _below(folder: str, options: ReaderOptions) -> Iterator[tuple[str, str, str | None]]:
    """Yield path below the folder, path, and problem, depth first.

    A stack of its own, as trees may be deeper than calls.
    """
    stack = [iter([("", folder, True)])]
    exclude = Globs(options.exclude)
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            continue
        relative, path, is_folder = step
        if not is_folder:
            yield relative, path, None
            continue
        try:
            stack.append(iter(_entries(path, relative, exclude, hidden=options.hidden)))
        except OSError as error:
            yield relative, path, f"the folder cannot be read: {error.strerror}"


def _entries(
    folder: str, relative: str, exclude: Globs, *, hidden: bool
) -> list[tuple[str, str, bool]]:
    prefix = f"{relative}/" if relative else ""
    with os.scandir(folder) as found:
        rows = [
            (prefix + entry.name, entry.path, entry.is_dir(follow_symlinks=False))
            for entry in found
            if hidden or not entry.name.startswith(".")
        ]
    return sorted(row for row in rows if not exclude.match(row[0]))


def _candidate(key: str, path: str, *, named: bool) -> Candidate:
    try:
        size = os.stat(path, follow_symlinks=False).st_size
        path.encode("utf-8")
    except UnicodeEncodeError:
        shown = os.fsencode(key).decode("utf-8", "backslashreplace")
        return Candidate(shown, shown, 0, named, "its name is not UTF-8: rename it")
    except OSError as error:
        return Candidate(key, path, 0, named, f"it cannot be looked at: {error.strerror}")
    return Candidate(key, path, size, named)


def _link_problem(path: str, root: str) -> str | None:
    """Say why a link is refused; one into its own root is passed over: its target is found."""
    target = os.path.realpath(path)
    if not os.path.exists(target):
        return "it is a link to nothing, or to itself"
    if not _is_within(target, root):
        return "it is a link out of the folder that was named: name its target, too"
    return None
