"""What `graphmem doctor` looks at; each finding says what is wrong and what to do."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

from graphmem.cli.findings import MORE_CHECKS, Finding
from graphmem.cli.output import room
from graphmem.cli.session import Session
from graphmem.errors import GraphMemError
from graphmem.ports import GraphStore

__all__ = ["check_up"]

LOW_DISK_BYTES = 200_000_000
_PACKAGES = ("graphmem", "numpy", "numba", "onnxruntime", "tokenizers", "spacy", "usearch")
# What errors say elsewhere, and what leads nowhere here.
_HERE = re.compile(r"[;,] (or, if it was a store, )?(ask )?`graphmem doctor`( says \w+)?$")


def check_up(session: Session) -> list[Finding]:
    """Look at everything, in an order that starts with what others rest on.

    Nothing is changed, and a failing part does not keep the rest from being looked at.
    """
    findings = [_versions(), _disk(session), _encoder(), _language()]
    findings.extend(_store(session))
    findings.extend(one for more in MORE_CHECKS for one in more(session))
    return findings


def _versions() -> Finding:
    found, missing = [f"sqlite {sqlite3.sqlite_version}"], []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version_of(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        return Finding(
            "versions", False, f"not installed: {', '.join(missing)}", "pip install graphmem"
        )
    return Finding("versions", True, ", ".join(found))


def _disk(session: Session) -> Finding:
    path = session.path
    folder = path.absolute().parent if path else Path.cwd()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:,.1f} GB free at {folder}"
    if free < LOW_DISK_BYTES:
        return Finding("disk", False, found, "make room: writes will soon be refused")
    return Finding("disk", True, found)


def _encoder() -> Finding:
    def load() -> str:
        from graphmem.models.registry import open_embedder

        embedder = open_embedder(None)
        vector = embedder.embed(["Is the encoder well?"])
        return f"{embedder.name}, {vector.shape[1]} dimensions"

    return _tried("encoder", load, "in a checkout: make model; else install the wheel again")


def _language() -> Finding:
    def load() -> str:
        from graphmem.models.loading import LazyModels
        from graphmem.ports import ExtractionInput

        models = LazyModels()
        text = "Mara moved to Lisbon."
        read = models.extractor.extract([ExtractionInput(text)], models.encoder.encode([text]))
        facts = [
            f"{p.subject.text} | {p.predicate} | {p.object.text}" for p in read[0].propositions
        ]
        return f"{models.extractor.name} reads {text!r} as {facts}"

    return _tried("language", load, "install the wheel again: its model files are incomplete")


def _store(session: Session) -> Iterator[Finding]:
    path = session.path
    if path is not None and not path.exists():
        yield Finding("store", True, f"{session.shown} is not there yet: `graphmem add` makes it")
        return
    store = None
    try:
        from graphmem.stores.registry import open_store

        store = open_store(session.store)
        counts = store.count(session.space)
        yield Finding(
            "store",
            True,
            f"{session.shown}{room(store.size_bytes)}, spaces "
            f"{', '.join(store.spaces()) or 'none'}; {sum(counts.nodes.values()):,} nodes and "
            f"{sum(counts.edges.values()):,} edges in {session.space!r}",
        )
        yield _integrity(store)
        yield from _views(store)
    except GraphMemError as error:
        yield Finding("store", False, _HERE.sub("", str(error)), _advice(error))
    finally:
        if store is not None:
            store.close()


def _integrity(store: GraphStore) -> Finding:
    check: Callable[[], list[str]] | None = getattr(store, "check", None)
    if check is None:
        return Finding("integrity", True, "this kind of store has no check of its own")
    problems = check()
    if not problems:
        return Finding("integrity", True, "every page, key and edge is as it should be")
    more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
    shown = "; ".join(problems[:5]) + more
    return Finding(
        "integrity",
        False,
        shown,
        "keep a copy of the file, `graphmem export` what can be read, `graphmem import` it "
        "into a new store",
    )


def _views(store: GraphStore) -> Iterator[Finding]:
    """Look at every saved view; a damaged one costs time and no knowledge."""
    from graphmem.views.snapshot import inspect

    folder = store.views_folder
    files = sorted(folder.rglob("[!.]*.snap*")) if folder and folder.is_dir() else []
    broken = [file for file in files if inspect(file) is None]
    for file in broken:
        yield Finding(
            "view",
            False,
            f"{file} is damaged",
            "nothing is lost: the next search rebuilds it, or `graphmem rebuild` now",
        )
    whole = len(files) - len(broken)
    yield Finding("views", True, f"{whole} saved and whole" if files else "none saved yet")


def _tried(what: str, load: Callable[[], str], do: str) -> Finding:
    try:
        return Finding(what, True, load())
    except (GraphMemError, ImportError, OSError, ValueError, RuntimeError) as error:
        return Finding(what, False, f"{type(error).__name__}: {error}", do)


def _advice(error: GraphMemError) -> str:
    by_code = {
        "store_corrupt": "keep a copy of the file and bring back a backup, or `graphmem import` "
        "an export",
        "not_a_store": "name the store's own file with --store",
        "schema_too_new": "install the graphmem that wrote it, or a newer one",
        "store_denied": "check user, password and rights of the login, then try again",
        "store_busy": "another process is writing: wait, then try again",
        "store_read_only": "give this user the right to write the file and its folder",
        "store_full": "make room on the disk",
    }
    return by_code.get(error.code, "see the message")
