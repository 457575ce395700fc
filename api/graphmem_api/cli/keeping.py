"""`graphmem backup` and `graphmem restore`: all of an embedded memory in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from graphmem.cli.output import emit, room
from graphmem.cli.session import Session
from graphmem_api.cli.configuring import ConfigOption

__all__ = ["backup", "restore"]

FileArgument = Annotated[Path, typer.Argument(help="The backup.")]
KeysOption = Annotated[
    str | None, typer.Option("--keys", help="File of the keys.  [default: beside the store]")
]


def backup(
    session: Session,
    file: FileArgument,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
    keys: KeysOption = None,
    config: ConfigOption = None,
) -> None:
    """Copy the store, writes that wait, jobs, answers of LLMs and keys, while others write.

    Views are left out, since they are made anew, and so is the audit log. Every part is checked,
    and read back from the disk, before the file gets its name.
    """
    from graphmem_api.cli.archive import write_archive

    files = _files(session, keys, config)
    Session(store=str(files["store"])).require_store()
    parts = write_archive(file, files, force=force)
    _tell(session, file, parts, "holds")


def restore(
    session: Session,
    file: FileArgument,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a memory that is there.")
    ] = False,
    keys: KeysOption = None,
    config: ConfigOption = None,
) -> None:
    """Put back what `backup` copied; all of it is checked before anything is changed.

    What was written since the backup is gone then, with writes that wait and answers of LLMs. A
    file of keys that is there stays as it is: in an older one, keys that were revoked since hold.
    """
    from graphmem_api.cli.archive import restore_archive

    files = _files(session, keys, config)
    parts = restore_archive(file, files, force=force)
    if not any(part.name == "keys" for part in parts) and files["keys"].exists():
        session.say(f"graphmem: the keys in {files['keys']} stay as they are")
    _tell(session, file, parts, "is restored:")


def _files(session: Session, keys: str | None, config: str | None) -> dict[str, Path]:
    from graphmem.errors import NotSupported
    from graphmem.stores.beside import ANSWERS, JOBS, KEYS, SHOWN, VECTORS
    from graphmem_api.cli.sources import held

    store = session.store if session.store_from == "flag" else None
    settings = held({"store": store, "keys": keys}, config).settings
    path = Session(store=settings.store).path
    if path is None:
        raise NotSupported(
            "a backup is of an embedded store; of a Neo4j take `graphmem copy` into a file, which "
            "can be backed up, `graphmem export`, or its own neo4j-admin"
        )
    path = path.absolute()
    return {
        "store": path,
        "jobs": Path(settings.ledger or path.with_name(path.name + JOBS)),
        "answers": path.with_name(path.name + ANSWERS),
        "shown": path.with_name(path.name + SHOWN),
        "vectors": path.with_name(path.name + VECTORS),
        "keys": Path(settings.keys or path.with_name(path.name + KEYS)),
    }


def _tell(session: Session, file: Path, parts: Any, what: str) -> None:
    n_bytes = sum(part.n_bytes for part in parts)
    named = ", ".join(part.name for part in parts)
    payload = {
        "file": str(file),
        "parts": {part.name: {"n_bytes": part.n_bytes, "sha256": part.sha256} for part in parts},
    }
    emit(session, payload, lambda: [f"{file} {what} {named}{room(n_bytes)}, checked"])
