"""`ingest`: files, folders and exports into a memory, as a job that survives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore
from graphmem.stores.registry import open_store
from graphmem.writing.accept import check_moment, check_space
from graphmem_pipelines.engines.base import Recipe
from graphmem_pipelines.engines.registry import EngineChoice
from graphmem_pipelines.jobs.ingest import Ingest, run_ingest
from graphmem_pipelines.jobs.report import Hear, JobReport
from graphmem_pipelines.ledger.where import open_ledger
from graphmem_pipelines.readers.content import ReaderOptions

__all__ = ["ingest", "ingest_into"]


def ingest(  # noqa: PLR0913  # settings, all by their names
    store: str | Path | GraphStore,
    paths: str | Path | Sequence[str | Path],
    *,
    space: str = "default",
    options: ReaderOptions | None = None,
    at: datetime | str | None = None,
    trust: float | None = None,
    embedder: str | None = None,
    extractor: str | None = None,
    engine: str = "local",
    workers: int | None = None,
    address: str | None = None,
    ledger: str | Path | None = None,
    hear: Hear | None = None,
) -> JobReport:
    """Ingest what is at some paths; called again, it goes on where it was stopped or killed.

    Items that were applied before as they are now are skipped. An item that cannot be read fails
    alone: look at `report.ok` and `report.failures`.

    Args:
        store: as `Memory` takes it.
        paths: files, folders or glob patterns.
        space: the tenant.
        options: what is taken, and how it is read.
        at: when sources were written that do not say.
        trust: 0 to 1: how far the sources are trusted.
        embedder: as `Memory` takes it, by name.
        extractor: as `Memory` takes it, by name.
        engine: "local" for processes of this machine, or "ray".
        workers: processes or actors; None is one a core.
        address: of a Ray cluster.
        ledger: file that keeps the jobs; None is beside the store.
        hear: is told how far it is, some times a second, on the thread that called.

    Raises:
        InvalidInput: An argument makes no sense; nothing has changed.
        NotFound: A path is not there.
        StoreBusy: Another process works on the same job.
        StoreError: The store or the ledger cannot be opened.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    if not given:
        raise InvalidInput("no paths were given: name files, folders or glob patterns")
    asked = Ingest(
        paths=tuple(map(str, given)),
        recipe=Recipe(
            embedder=embedder,
            extractor=extractor,
            options=options or ReaderOptions(),
            at=check_moment(at),
            trust=trust,
        ),
        engine=EngineChoice(engine, workers, address),
        hear=hear or (lambda progress: None),
    )
    return ingest_into(store, asked, space, ledger)


def ingest_into(
    store: str | Path | GraphStore,
    asked: Ingest,
    space: str = "default",
    ledger: str | Path | None = None,
) -> JobReport:
    """Run an ingest on a store, which is opened and closed where it is named; see `ingest`."""
    name = check_space(space)
    opened = open_store(store) if isinstance(store, str | Path) else store
    try:
        book = open_ledger(opened, ledger)
        try:
            return run_ingest(asked, opened, name, book)
        finally:
            book.close()
    finally:
        if opened is not store:
            opened.close()
