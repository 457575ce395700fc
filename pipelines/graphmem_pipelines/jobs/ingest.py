"""The job `ingest`: what is at some paths → the memory, however often it is interrupted.

list (scan, digest, leave out what is unchanged) → read in workers → extract → commit in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.models.seal import describe, seal
from graphmem.ports import GraphStore
from graphmem.stores.beside import beside
from graphmem.writing.llm.messages import PROMPT
from graphmem.writing.prepare import Depth
from graphmem.writing.writer import Writer
from graphmem_pipelines.engines.base import Outcome, Recipe, Task
from graphmem_pipelines.engines.registry import EngineChoice, open_engine
from graphmem_pipelines.jobs.apply import Applier, Extracted
from graphmem_pipelines.jobs.asking import LLMChoice, client_of
from graphmem_pipelines.jobs.extraction import LLMExtraction
from graphmem_pipelines.jobs.listing import list_items, skip_unchanged
from graphmem_pipelines.jobs.pace import Pace
from graphmem_pipelines.jobs.preview import Preview, preview_items
from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport, report_of
from graphmem_pipelines.jobs.running import Cancelled, running
from graphmem_pipelines.jobs.settings import recipe_from_json, recipe_to_json
from graphmem_pipelines.jobs.spent import spent_of
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import WAITING, Item, Job, Spent
from graphmem_pipelines.readers.scan import scan

__all__ = ["Ingest", "go_on", "preview_ingest", "run_ingest"]

_PORTION = 100


@dataclass(frozen=True, slots=True)
class Ingest:
    """What an ingest is asked to do.

    Attributes:
        paths: files, folders, glob patterns, or "-" for `stdin`.
        recipe: how sources are read.
        engine: who reads them.
        llm: which LLM extracts; None leaves that to the recipe's extractor.
        hear: is told how far it is.
        stdin: what "-" stands for.
    """

    paths: tuple[str, ...]
    recipe: Recipe = field(default_factory=Recipe)
    engine: EngineChoice = field(default_factory=EngineChoice)
    llm: LLMChoice | None = None
    hear: Hear = lambda progress: None
    stdin: TextIO | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What the ledger keeps of it, as plain JSON."""
        paths = [_absolute(path) for path in self.paths]
        return {"paths": paths, **self.making}

    @property
    def making(self) -> dict[str, Any]:
        """How sources are made, as plain JSON: what was made so need not be made again."""
        llm = {**self.llm.to_json(), "prompt": PROMPT} if self.llm else None
        return {"recipe": recipe_to_json(self.recipe), "llm": llm}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Ingest:
        """Rebuild a request from what the ledger kept of it."""
        llm = LLMChoice.from_json(settings["llm"]) if settings["llm"] else None
        return cls(tuple(settings["paths"]), recipe_from_json(settings["recipe"]), llm=llm)


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
    return go_on(asked, _begin(asked, space, ledger), store, ledger)


def preview_ingest(asked: Ingest, store: GraphStore, space: str, ledger: Ledger) -> Preview:
    """Tell what `run_ingest` would read and cost now; nothing is kept of it.

    Raises:
        As `run_ingest`.
    """
    job = _begin(asked, space, ledger)
    with ledger.held(job.id):
        try:
            if job.state == "scanning":
                _session(asked, job, store, ledger).list()
            return preview_items(_waiting(ledger, job.id), asked.recipe, asked.llm)
        finally:
            if job.state == "scanning":
                ledger.forget(job.id)


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
    session = _session(asked, job, store, ledger)
    with ledger.held(job.id):
        if job.state == "scanning":
            session.list()
        with running(ledger, job):
            session.work()
    return report_of(ledger, ledger.job(job.id))


def _begin(asked: Ingest, space: str, ledger: Ledger) -> Job:
    settings = asked.settings
    words = json.dumps(settings, sort_keys=True)
    return ledger.begin("ingest", space, settings, content_uid("ingest", space, words))


def _session(asked: Ingest, job: Job, store: GraphStore, ledger: Ledger) -> _Session:
    recipe = content_uid("recipe", json.dumps(asked.making, sort_keys=True))
    return _Session(asked, store, job.space, ledger, job, recipe)


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
            applier = Applier(
                writer,
                lambda run: memory.add_run(**run),
                ledger,
                job,
                self.recipe,
                more=asked.llm is not None,
            )
            engine = open_engine(
                asked.engine, replace(asked.recipe, depth="embed" if asked.llm else "parse")
            )
            stack.callback(engine.close)
            outcomes = engine.read(_tasks(ledger, job, applier.started))
            extracted, spent = self._extracted(stack.enter_context(closing(outcomes)), stack)
            try:
                for one in extracted:
                    if applier.take(one):
                        self._note(spent())
                        if ledger.is_cancelling(job):
                            raise Cancelled
                    pace.tell(applier, spent().cost)
            finally:
                # What was read and paid for is kept, whatever ends the job.
                self._note(spent())
                applier.flush()
                pace.tell(applier, spent().cost, now=True)

    def _extracted(
        self, outcomes: Iterable[Outcome], stack: ExitStack
    ) -> tuple[Iterable[Extracted], Callable[[], Spent]]:
        """Return outcomes with what an LLM adds, and what tells what the job has spent."""
        choice, before = self.asked.llm, self.job.spent
        if choice is None:
            return map(Extracted, outcomes), lambda: before
        client = client_of(choice, beside(self.store, ".answers"), before.cost or 0.0)
        stack.callback(client.close)
        if client.cache is not None:
            stack.callback(client.cache.close)
        extraction = LLMExtraction(client, choice.limits.concurrency).over(outcomes)
        return stack.enter_context(
            closing(extraction)
        ), lambda: before + spent_of(client.meter.spend())

    def _note(self, spent: Spent) -> None:
        if self.asked.llm is not None:
            self.ledger.spend(self.job.id, spent)


def _tasks(ledger: Ledger, job: str, started: Callable[[int], None]) -> Iterator[Task]:
    """Yield what waits, in order; what was amid its way when a process died begins anew."""
    for item in _waiting(ledger, job):
        started(item.n)
        yield Task.of(item)


def _waiting(ledger: Ledger, job: str) -> Iterator[Item]:
    after = 0
    while items := ledger.items(job, WAITING, after=after, limit=_PORTION):
        yield from items
        after = items[-1].n


def _absolute(path: str) -> str:
    return path if path == "-" else str(Path(path).absolute())
