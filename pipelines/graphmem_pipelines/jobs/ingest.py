"""The job `ingest`: what is at some paths → the memory, however often it is interrupted.

list (scan, digest, leave out what is unchanged) → read in workers → extract → commit in order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import Any, TextIO

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.writing.prepare import Depth
from graphmem.writing.trust import with_trust
from graphmem_pipelines.engines.base import Recipe
from graphmem_pipelines.engines.registry import EngineChoice, open_engine
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.listing import list_items, skip_unchanged
from graphmem_pipelines.jobs.preview import Preview, preview_items
from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport, moment_of, report_of
from graphmem_pipelines.jobs.running import (
    Cancelled,
    given_up,
    is_unlisted,
    look_for_cancel,
    running,
)
from graphmem_pipelines.jobs.settings import recipe_from_json, recipe_to_json
from graphmem_pipelines.jobs.waiting import waiting_items
from graphmem_pipelines.jobs.work import Work
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, Job
from graphmem_pipelines.readers.folders import STDIN, roots
from graphmem_pipelines.readers.rows import check_fields
from graphmem_pipelines.readers.scan import scan

__all__ = ["Ingest", "go_on", "preview_ingest", "run_ingest"]

# What folders are called goes from job to job; so many are some 100 kB of each.
_MAX_LABELS = 1_000
_RESUMED = (
    "this went on with what was listed on {begun}: what was added or changed since then comes "
    "with the next run"
)


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
        source: what that is called; None names it by what it says.
    """

    paths: tuple[str, ...]
    recipe: Recipe = field(default_factory=Recipe)
    engine: EngineChoice = field(default_factory=EngineChoice)
    llm: LLMChoice | None = None
    hear: Hear = lambda progress: None
    stdin: TextIO | None = None
    source: str | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What the ledger keeps of it, as plain JSON."""
        return {
            **self.request,
            "llm": self.llm.to_json() if self.llm else None,
            "engine": asdict(self.engine),
        }

    @property
    def request(self) -> dict[str, Any]:
        """What makes it the same as another one, as plain JSON: not who reads, nor limits."""
        return {"paths": [_absolute(path) for path in self.paths], **self.making}

    @property
    def making(self) -> dict[str, Any]:
        """How sources are made, as plain JSON: what was made so need not be made again."""
        llm = self.llm.who if self.llm else None
        return {"recipe": recipe_to_json(self.recipe), "llm": llm}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Ingest:
        """Rebuild a request from what the ledger kept of it."""
        llm = LLMChoice.from_json(settings["llm"]) if settings["llm"] else None
        recipe, engine = recipe_from_json(settings["recipe"]), EngineChoice(**settings["engine"])
        return cls(tuple(settings["paths"]), recipe, engine, llm)


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
    _check(asked)
    return go_on(asked, _begin(asked, space, ledger, ledger), store, ledger)


def preview_ingest(asked: Ingest, store: GraphStore, space: str, ledger: Ledger) -> Preview:
    """Tell what `run_ingest` would read and cost now; nothing is kept of it.

    Raises:
        As `run_ingest`.
    """
    _check(asked)
    draft = Ledger(None)
    try:
        open_job = ledger.find_open(_fingerprint(asked, space))
        if open_job is not None and open_job.state != "scanning":
            return preview_items(waiting_items(ledger, open_job.id), asked.recipe, asked.llm)
        job = _begin(asked, space, draft, ledger)
        _list(asked, job, store, draft, _made(asked), ledger)
        return preview_items(waiting_items(draft, job.id), asked.recipe, asked.llm)
    finally:
        draft.close()


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
    made = _made(asked)
    depth: Depth = "embed" if asked.llm else "parse"
    engine = open_engine(asked.engine, replace(asked.recipe, depth=depth))
    with ledger.held(job.id), closing(engine):
        # Who held it until a moment ago may have brought it further.
        job = ledger.job(job.id)
        notes: tuple[str, ...] = (_RESUMED.format(begun=moment_of(job)),)
        if is_unlisted(ledger, job):
            try:
                notes = _list(asked, job, store, ledger, made)
            except Cancelled:
                given_up(ledger, job.id)
                return report_of(ledger, ledger.job(job.id))
        with running(ledger, job):
            work = Work(job, store, ledger, asked.recipe, made, asked.llm, asked.hear)
            work.do(lambda started: engine.read(_items(ledger, job.id, started)))
    return report_of(ledger, ledger.job(job.id), notes)


def _check(asked: Ingest) -> None:
    """Refuse what makes no sense before there is a job of it.

    Raises:
        InvalidInput: There is no such engine, model or trust.
        MissingExtra: The engine is not installed.
    """
    open_engine(asked.engine, asked.recipe).close()
    LazyModels(asked.recipe.embedder, asked.recipe.extractor)
    with_trust((), asked.recipe.trust)
    check_fields(asked.recipe.options.fields)
    if asked.source is not None and STDIN not in asked.paths:
        raise InvalidInput(f"source {asked.source!r} names what comes on stdin: add the path -")


def _begin(asked: Ingest, space: str, ledger: Ledger, known: Ledger) -> Job:
    """Begin a job in one ledger; another one may know how folders were called before."""
    settings = {**asked.settings, "labels": _labels(asked, known.latest("ingest", space))}
    return ledger.begin("ingest", space, settings, _fingerprint(asked, space))


def _labels(asked: Ingest, before: Job | None) -> dict[str, str]:
    """Return what folders are called, those of this job last: it is so in later ones, too."""
    known: dict[str, str] = before.settings.get("labels", {}) if before else {}
    try:
        found = [root for root in roots(asked.paths, known) if root]
    except (InvalidInput, NotFound):
        return known  # whoever lists the paths says what is wrong with them
    named = {root.folder: root.label for root in found}
    kept = [one for one in known.items() if one[0] not in named]
    return dict(kept[-_MAX_LABELS:]) | named


def _fingerprint(asked: Ingest, space: str) -> str:
    words = json.dumps(asked.request, sort_keys=True)
    # What comes on stdin is never the same again.
    once = token_hex() if STDIN in asked.paths else ""
    return content_uid("ingest", space, words, once)


def _made(asked: Ingest) -> str:
    return content_uid("recipe", json.dumps(asked.making, sort_keys=True))


def _list(
    asked: Ingest,
    job: Job,
    store: GraphStore,
    ledger: Ledger,
    made: str,
    applied: Ledger | None = None,
) -> tuple[str, ...]:
    """Write down what is to be done; a request that makes no sense leaves no job behind.

    Args:
        asked: what to list.
        job: whose items they are.
        store: holds what was applied.
        ledger: takes the items.
        made: how sources are made.
        applied: knows what was applied; None is the same ledger.

    Returns:
        What a caller should know of files that are not read.
    """
    passed_over: Counter[str] = Counter()

    def hear(n: int) -> None:
        asked.hear(JobProgress(job.id, "listing", n_items=n))
        look_for_cancel(ledger, job.id)

    try:
        found = scan(
            asked.paths, asked.recipe.options, stdin=asked.stdin, source=asked.source,
            labels=job.settings.get("labels"), passed_over=passed_over,
        )  # fmt: skip
        n_empty = list_items(found, ledger, job.id, hear)
    except (InvalidInput, NotFound):
        ledger.forget(job.id)
        raise
    if not ledger.totals(job.id).n_items and not passed_over:
        ledger.forget(job.id)
        raise NotFound(f"there is nothing to read at {', '.join(asked.paths)}")
    skip_unchanged(ledger, job, store, made, applied or ledger)
    return _notes(passed_over, n_empty)


def _notes(passed_over: Mapping[str, int], n_empty: int) -> tuple[str, ...]:
    notes = []
    if n_empty:
        notes.append(f"empty, so they were skipped: {n_empty:,}")
    if passed_over:
        told = ", ".join(f"{n:,} {kind}" for kind, n in sorted(passed_over.items()))
        notes.append(f"no reader knows, so they were passed over: {told}")
    return tuple(notes)


def _items(ledger: Ledger, job: str, started: Callable[[int], None]) -> Iterator[Item]:
    for item in waiting_items(ledger, job):
        started(item.n)
        yield item


def _absolute(path: str) -> str:
    return path if path == STDIN else str(Path(path).absolute())
