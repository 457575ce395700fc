"""The job `ingest`: what is at some paths → the memory, however often it is interrupted.

list (scan, digest, leave out what is unchanged) → read in workers → extract → commit in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.models.seal import describe, seal
from graphmem.ports import GraphStore
from graphmem.writing.writer import Writer
from graphmem_pipelines.engines.base import Recipe, Task
from graphmem_pipelines.engines.registry import EngineChoice, open_engine
from graphmem_pipelines.jobs.apply import Applier, Extracted
from graphmem_pipelines.jobs.listing import list_items, skip_unchanged
from graphmem_pipelines.jobs.pace import Pace
from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport, report_of
from graphmem_pipelines.jobs.running import Cancelled, running
from graphmem_pipelines.jobs.settings import recipe_from_json, recipe_to_json
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import WAITING, Job
from graphmem_pipelines.readers.scan import scan

__all__ = ["Ingest", "go_on", "run_ingest"]

_PORTION = 100


@dataclass(frozen=True, slots=True)
class Ingest:
    """What an ingest is asked to do.

    Attributes:
        paths: files, folders, glob patterns, or "-" for `stdin`.
        recipe: how sources are read.
        engine: who reads them.
        hear: is told how far it is.
        stdin: what "-" stands for.
    """

    paths: tuple[str, ...]
    recipe: Recipe = field(default_factory=Recipe)
    engine: EngineChoice = field(default_factory=EngineChoice)
    hear: Hear = lambda progress: None
    stdin: TextIO | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What the ledger keeps of it, as plain JSON."""
        paths = [_absolute(path) for path in self.paths]
        return {"paths": paths, "recipe": recipe_to_json(self.recipe)}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Ingest:
        """Rebuild a request from what the ledger kept of it."""
        return cls(tuple(settings["paths"]), recipe_from_json(settings["recipe"]))


def run_ingest(asked: Ingest, store: GraphStore, space: str, ledger: Ledger) -> JobReport:
    """Run an ingest, or go on with one that was asked the same and is not through.

    Args:
        asked: what to do.
        store: takes the sources.
        space: into which they go.
        ledger: knows what is done.

    Raises:
        InvalidInput: The request makes no sense; nothing has changed.
        NotFound: A path is not there.
        StoreBusy: Another process works on the same job.
    """
    settings = asked.settings
    words = json.dumps(settings, sort_keys=True)
    job = ledger.begin("ingest", space, settings, content_uid("ingest", space, words))
    return go_on(asked, job, store, ledger)


def go_on(asked: Ingest, job: Job, store: GraphStore, ledger: Ledger) -> JobReport:
    """Do what is left of an ingest.

    Args:
        asked: what the job was begun with.
        job: of the ledger.
        store: takes the sources.
        ledger: knows what is done.

    Raises:
        As `run_ingest`.
    """
    recipe = content_uid("recipe", json.dumps(recipe_to_json(asked.recipe), sort_keys=True))
    session = _Session(asked, store, job.space, ledger, job, recipe)
    with ledger.held(job.id):
        if job.state == "scanning":
            session.list()
        with running(ledger, job):
            session.work()
    return report_of(ledger, ledger.job(job.id))


@dataclass(frozen=True, slots=True)
class _Session:
    """One process at work on an ingest."""

    asked: Ingest
    store: GraphStore
    space: str
    ledger: Ledger
    job: Job
    recipe: str

    def list(self) -> None:
        """Write down what is to be done; a request that makes no sense leaves no job behind."""
        asked, ledger, job = self.asked, self.ledger, self.job.id

        def hear(n: int) -> None:
            asked.hear(JobProgress(job, "listing", n_items=n))

        try:
            found = scan(asked.paths, asked.recipe.options, stdin=asked.stdin)
            list_items(found, ledger, job, hear)
        except (InvalidInput, NotFound):
            ledger.forget(job)
            raise
        skip_unchanged(ledger, job, self.space, self.store, self.recipe)

    def work(self) -> None:
        """Read what waits, and store it."""
        ledger, job, asked = self.ledger, self.job.id, self.asked
        totals = ledger.totals(job)
        pace = Pace(asked.hear, job, totals.n_items, totals.n_items - totals.n_waiting)
        if not totals.n_waiting:
            return
        with ExitStack() as stack:
            models = LazyModels(asked.recipe.embedder, asked.recipe.extractor)
            seal(self.store, describe(models.embedder))
            memory = stack.enter_context(
                Memory(self.store, space=self.space, embedder=models.embedder)
            )
            writer = Writer(self.store, self.space, models, lambda: datetime.now(UTC))
            applier = Applier(writer, lambda run: memory.add_run(**run), ledger, job, self.recipe)
            engine = open_engine(asked.engine, asked.recipe)
            stack.callback(engine.close)
            outcomes = engine.read(_tasks(ledger, job, applier.started))
            for outcome in stack.enter_context(closing(outcomes)):
                if applier.take(Extracted(outcome)) and ledger.is_cancelling(job):
                    raise Cancelled
                pace.tell(applier, 0.0)
            applier.flush()
            pace.tell(applier, 0.0, now=True)


def _tasks(ledger: Ledger, job: str, started: Callable[[int], None]) -> Iterator[Task]:
    """Yield what waits, in order; what was amid its way when a process died begins anew."""
    after = 0
    while items := ledger.items(job, WAITING, after=after, limit=_PORTION):
        for item in items:
            started(item.n)
            yield Task(item.n, item.key, item.path, item.kind, item.size, item.content)
        after = items[-1].n


def _absolute(path: str) -> str:
    return path if path == "-" else str(Path(path).absolute())
