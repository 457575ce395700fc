"""Where the ledger of a store lies."""

from __future__ import annotations

import os
from pathlib import Path

from graphmem.errors import NotFound, StoreReadOnly
from graphmem.ports import GraphStore
from graphmem.stores.beside import JOBS, beside
from graphmem_pipelines.ledger.writes import WriteLedger

__all__ = ["ledger_path", "open_ledger"]


def ledger_path(store: GraphStore, choice: str | Path | None = None) -> Path | None:
    """Return the file of a store's ledger: beside the file of an embedded one.

    Args:
        store: whose jobs it keeps.
        choice: another file; None takes GRAPHMEM_LEDGER, else the store's own.

    Returns:
        None for a store in memory: its jobs are gone when it is.
    """
    chosen = choice or os.environ.get("GRAPHMEM_LEDGER")
    if chosen:
        return Path(chosen)
    return beside(store, JOBS)


def open_ledger(
    store: GraphStore, choice: str | Path | None = None, *, create: bool = True
) -> WriteLedger:
    """Open the ledger of a store.

    Raises:
        NotFound: It is not there and may not be made.
        StoreError: It cannot be opened.
    """
    path = ledger_path(store, choice)
    if path is not None and not path.exists():
        if not create:
            raise NotFound("no job has been run on this memory: `graphmem ingest` begins one")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreReadOnly(
                f"the ledger {path} cannot be made ({error.strerror}): name another with --ledger"
            ) from error
    return WriteLedger(path)
