"""The job `extract`: an LLM reads what is stored already, and adds what it finds.

In place: passages, their vectors and what was found before stay; what both found is confirmed.
Answers that are kept cost nothing again, so that running it once more asks only about what is new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from graphmem.core.extraction import Extraction
from graphmem.core.uids import content_uid
from graphmem.models.registry import check_embedder
from graphmem.ports import GraphStore
from graphmem.writing.accept import SourceText
from graphmem.writing.extract import ReadPassage
from graphmem.writing.prepare import PreparedSource
from graphmem.writing.segment import PassageDraft
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.preview import Preview, preview_outcomes
from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport, report_of
from graphmem_pipelines.jobs.running import (
    Cancelled,
    given_up,
    is_unlisted,
    look_for_cancel,
    running,
)
from graphmem_pipelines.jobs.stored import stored_source
from graphmem_pipelines.jobs.waiting import waiting_items
from graphmem_pipelines.jobs.work import Work
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, Job
from graphmem_schemas import Source

__all__ = ["Extract", "go_on", "preview_extract", "run_extract"]

_PORTION = 200
_NOTHING = Extraction(language=None, parsed=False)


@dataclass(frozen=True, slots=True)
class Extract:
    """What an extract is asked to do.

    Attributes:
        llm: which LLM reads.
        embedder: of the store.
        hear: is told how far it is.
    """

    llm: LLMChoice
    embedder: str | None = None
    hear: Hear = lambda progress: None


def run_extract(asked: Extract, store: GraphStore, space: str, ledger: Ledger) -> JobReport:
    """Run an extract, or go on with one that was asked the same and is not through.

    Raises:
        StoreBusy: Another process works on the same job.
        StoreError: The store cannot be read.
    """
    check_embedder(asked.embedder)
    words = json.dumps([asked.llm.who, asked.embedder], sort_keys=True)
    settings = {"llm": asked.llm.to_json(), "embedder": asked.embedder}
    job = ledger.begin("extract", space, settings, content_uid("extract", space, words))
    return go_on(asked, job, store, ledger)


def preview_extract(asked: Extract, store: GraphStore, space: str) -> Preview:
    """Tell what `run_extract` would ask and cost, as if no answer were kept yet.

    Raises:
        StoreError: The store cannot be read.
    """
    items = (Item(0, source.name, None, "stored", 0) for source in _sources(store, space))
    return preview_outcomes(((item.key, _stored(item, store, space)) for item in items), asked.llm)


def go_on(asked: Extract, job: Job, store: GraphStore, ledger: Ledger) -> JobReport:
    """Do what is left of an extract; see `run_extract`."""
    with ledger.held(job.id):
        job = ledger.job(job.id)
        if is_unlisted(ledger, job):
            try:
                _list(asked, job, store, ledger)
            except Cancelled:
                given_up(ledger, job.id)
                return report_of(ledger, ledger.job(job.id))
        with running(ledger, job):
            recipe = Recipe(embedder=asked.embedder)
            work = Work(job, store, ledger, recipe, None, asked.llm, asked.hear)
            work.do(lambda started: _read(job, store, ledger, started))
    return report_of(ledger, ledger.job(job.id))


def _list(asked: Extract, job: Job, store: GraphStore, ledger: Ledger) -> None:
    ledger.drop_items(job.id)
    portion: list[Item] = []
    n = 0
    for n, source in enumerate(_sources(store, job.space), start=1):
        portion.append(Item(n, source.name, None, "stored", 0, digest=source.uid))
        if len(portion) == _PORTION:
            ledger.add_items(job.id, portion)
            portion = []
            asked.hear(JobProgress(job.id, "listing", n_items=n))
            look_for_cancel(ledger, job.id)
    ledger.add_items(job.id, portion)


def _sources(store: GraphStore, space: str) -> Iterator[Source]:
    """Yield what holds passages that say something: runs are told by their steps."""
    for batch in store.changes(space, 0, labels=("Source",)):
        for node in batch.nodes:
            if isinstance(node, Source) and node.kind != "run":
                yield node


def _read(
    job: Job, store: GraphStore, ledger: Ledger, started: Callable[[int], None]
) -> Generator[Outcome]:
    for item in waiting_items(ledger, job.id):
        started(item.n)
        yield _stored(item, store, job.space)


def _stored(item: Item, store: GraphStore, space: str) -> Outcome:
    """Return a source as it is stored; one that was deleted meanwhile has nothing to be read."""
    source, passages = stored_source(store, space, item.key)
    if source is None:
        return Outcome(item.n)
    text = SourceText(source.name, source.kind, (), source.title, source.uri, source.at)
    read = tuple(ReadPassage(PassageDraft.of(one), None, _NOTHING) for one in passages)
    return Outcome(item.n, (PreparedSource(text, source.uid, read),))
