"""`graphmem export | import`: a whole space out of the memory and into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session

__all__ = ["export", "import_"]

File = Annotated[str, typer.Argument(help="A .jsonl file.")]


def export(session: Session, path: File) -> None:
    """Write the whole space to a JSON Lines file."""
    with session.memory() as memory:
        n_rows = memory.export(path)
    emit(session, {"path": path, "n_rows": n_rows}, lambda: [f"{n_rows:,} rows in {path}"])


def import_(session: Session, path: File) -> None:
    """Read a file that `export` wrote into the space."""
    from graphmem.errors import NotFound

    if not Path(path).is_file():  # before a store is made for it
        raise NotFound(f"there is no file {path!r} to import")
    with session.memory(create=True) as memory:
        n_rows = memory.import_(path)
    emit(session, {"path": path, "n_rows": n_rows}, lambda: [f"{n_rows:,} rows from {path}"])
