"""What `graphmem doctor --deleted` does: it clears the file, and proves that nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from graphmem.cli.findings import Finding
from graphmem.cli.output import counted
from graphmem.cli.session import Session
from graphmem.ports import GraphStore

__all__ = ["look_for_deleted"]


def look_for_deleted(session: Session, texts: Sequence[str]) -> list[Finding]:
    """Write the file anew without what is free in it, and look at every byte of it.

    Args:
        session: where the memory is.
        texts: texts that were deleted, to be looked for in all files.

    Raises:
        NotFound: The store is a file that is not there.
        StoreBusy: Another process uses it.
    """
    from graphmem.stores.registry import open_store

    session.require_store()
    if session.path is None:
        return [_elsewhere(session)]
    store = open_store(session.store)
    try:
        findings = [_old_views(store)]
        folder = store.views_folder
    finally:
        store.close()
    return [*findings, *_file(session.path, folder, texts)]


def _elsewhere(session: Session) -> Finding:
    if session.store.startswith("memory:"):
        return Finding("deleted", True, "this memory is on no disk")
    return Finding(
        "deleted",
        False,
        f"{session.shown} cannot be proved from here: the rows, index entries and vectors are "
        "deleted, but a server keeps freed records until they are used again, its transaction "
        "logs until they are pruned, and its backups as long as you do",
        "on the server: `CALL db.checkpoint()`, a short db.tx_log.rotation.retention_policy, "
        "`neo4j-admin database copy` to a compacted database, and no old backups",
    )


def _old_views(store: GraphStore) -> Finding:
    """Remove saved views of states in which something was there that has been removed since."""
    from graphmem.views.history import removed_since
    from graphmem.views.snapshot import discard, folder_of

    home = store.views_folder
    if home is None or not home.is_dir():
        return Finding("views", True, "none are saved")
    folders = {folder_of(space, home): space for space in store.spaces()}
    n_removed = 0
    for folder in sorted(path for path in home.iterdir() if path.is_dir()):
        space = folders.get(folder)
        if not any(folder.iterdir()):
            continue
        if space is not None and not removed_since(store, space, _oldest(folder)):
            continue
        if space is not None:
            discard(space, home)
        else:  # of a space that holds nothing any more
            for file in sorted(folder.iterdir()):
                file.unlink()
        n_removed += 1
    told = f"{counted(n_removed, 'space')} had views of before" if n_removed else "none are older"
    return Finding("views", True, f"{told} than the last removal; they are made again when needed")


def _oldest(folder: Path) -> int:
    """Return up to which commit the oldest view has caught up; 0 where that cannot be read."""
    from graphmem.views.snapshot import inspect

    seqs: list[int] = []
    for file in sorted(folder.iterdir()):
        if file.name == "cypher.lock":
            continue
        if file.suffix == ".lbug" or file.name.endswith(".lbug.wal"):
            seqs.append(_projected(folder, file))
            continue
        if file.name == "cypher.json":
            continue
        view = inspect(file)
        seqs.append(view.seq if view else 0)
    return min(seqs, default=0)


def _projected(folder: Path, file: Path) -> int:
    """Return the commit of a projection's file; 0 for one that the note does not name."""
    try:
        note = json.loads((folder / "cypher.json").read_text("utf-8"))
        return int(note["seq"]) if file.name.startswith(str(note["name"])) else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _file(path: Path, views: Path | None, texts: Sequence[str]) -> Iterator[Finding]:
    from graphmem.stores.beside import ANSWERS, JOBS, SHOWN, VECTORS
    from graphmem.stores.sqlite.residue import leftovers, pieces, squeeze, traces

    before = path.stat().st_size
    squeeze(path)
    left = leftovers(path)
    freed = max(0, before - path.stat().st_size)
    if left:
        yield Finding(
            "deleted", False, "; ".join(left[:5]),
            "`graphmem export` the spaces, `graphmem import` them into a new file, and shred this",
        )  # fmt: skip
    else:
        yield Finding(
            "deleted",
            True,
            f"every byte of {path} belongs to a row that is there; the log is empty; "
            f"{freed / 1e6:,.1f} MB were given back",
        )
    if not texts:
        return
    # Beside the store: what an LLM said, the ledger of jobs, what was shown, vectors that are
    # being made.
    homes = [path.with_name(path.name + end) for end in ("", ANSWERS, JOBS, SHOWN, VECTORS)]
    ends = ("", "-wal", "-shm", "-journal")
    files = [home.with_name(home.name + end) for home in homes for end in ends]
    files = [file for file in files if file == path or file.exists()]
    if views is not None and views.is_dir():
        files += sorted(file for file in views.rglob("*") if file.is_file())
    found = traces(files, pieces(texts))
    for file, text in found:
        why = "a row that is there says so" if not left else "see above"
        yield Finding(
            "text",
            False,
            f"{file} holds some of {text[:60]!r}: {why}",
            "`graphmem search` tells who says it, `graphmem delete` removes it",
        )
    if not found:
        yield Finding(
            "text",
            True,
            f"none of {counted(len(texts), 'text')} is in {counted(len(files), 'file')}",
        )
