"""`ingest`: files, folders and exports into a memory, as a job that survives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore
from graphmem.stores.registry import open_store
from graphmem.writing.checks import check_moment, check_space
from graphmem_pipelines.engines.base import MAX_READ_S, Recipe
from graphmem_pipelines.engines.registry import EngineChoice
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.ingest import Ingest, preview_ingest, run_ingest
from graphmem_pipelines.jobs.preview import Preview
from graphmem_pipelines.jobs.report import Hear, JobReport
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.where import open_ledger
from graphmem_pipelines.readers.content import ReaderOptions

__all__ = ["ingest", "ingest_into", "preview"]


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
    max_read_s: float = MAX_READ_S,
    llm: LLMChoice | str | None = None,
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
        max_read_s: seconds that reading one file may take; it fails then.
        llm: which LLM extracts, "openai:<model>" or with its limits; None is none: then the
            extractor does.
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
        engine=EngineChoice(engine, workers, address, max_read_s),
        llm=LLMChoice(llm) if isinstance(llm, str) else llm,
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
    with _opened(store, ledger) as (opened, book):
        return run_ingest(asked, opened, name, book)


def preview(
    store: str | Path | GraphStore,
    asked: Ingest,
    space: str = "default",
    ledger: str | Path | None = None,
) -> Preview:
    """Tell what `ingest_into` would read and cost now. A store that is not there is not made."""
    name = check_space(space)
    if isinstance(store, str | Path) and _is_new(store):
        store, ledger = "memory://", None
    with _opened(store, ledger) as (opened, book):
        return preview_ingest(asked, opened, name, book)


@contextmanager
def _opened(
    store: str | Path | GraphStore, ledger: str | Path | None
) -> Iterator[tuple[GraphStore, Ledger]]:
    with ExitStack() as stack:
        if isinstance(store, str | Path):
            opened = open_store(store)
            stack.callback(opened.close)
        else:
            opened = store
        book = open_ledger(opened, ledger)
        stack.callback(book.close)
        yield opened, book


def _is_new(store: str | Path) -> bool:
    return "://" not in str(store) and store != "neo4j" and not Path(store).exists()
