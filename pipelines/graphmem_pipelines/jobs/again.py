"""Going on with a job of the ledger: what failed is tried again, what waits is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graphmem.errors import InvalidInput, StoreBusy
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem_pipelines.jobs import extract, ingest
from graphmem_pipelines.jobs.adding import Adding
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.report import Hear, JobReport, report_of
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import WRITES, Job
from graphmem_pipelines.ledger.writes import WriteLedger

__all__ = ["run_again"]


Change = Callable[[LLMChoice], LLMChoice]


def run_again(
    job: Job,
    store: GraphStore,
    ledger: Ledger,
    hear: Hear,
    max_cost: float | None = None,
    base_url: str | None = None,
) -> JobReport:
    """Run what is left of a job, with the settings that it last had.

    Args:
        job: of the ledger.
        store: which it fills.
        ledger: knows what is left.
        hear: is told how far it is.
        max_cost: US dollars that the job may spend in all; None keeps the limit that it has.
        base_url: of the LLM's server this time; None asks the one that it has.

    Raises:
        StoreBusy: Another process works on it.
        InvalidInput: It is of a kind that is simply run once more, or has no LLM to be asked.
    """
    if job.kind not in _KINDS:
        raise InvalidInput(f"a job of kind {job.kind!r} is begun anew and not tried again")
    if base_url is not None and not job.settings.get("llm"):
        raise InvalidInput(f"the job {job.id[-8:]} asks no LLM: leave the base URL out")

    def changed(llm: LLMChoice) -> LLMChoice:
        limit = llm.max_cost if max_cost is None else max_cost
        return replace(llm, max_cost=limit, base_url=base_url or llm.base_url)

    with ledger.held(job.id):
        ledger.retry(job.id)
    found = ledger.job(job.id)
    return _KINDS[job.kind](found, store, ledger, hear, changed)


def _ingest(job: Job, store: GraphStore, ledger: Ledger, hear: Hear, changed: Change) -> JobReport:
    asked = replace(ingest.Ingest.from_settings(job.settings), hear=hear)
    if asked.llm is not None:
        asked = replace(asked, llm=changed(asked.llm))
    return ingest.go_on(asked, job, store, ledger)


def _extract(
    job: Job, store: GraphStore, ledger: Ledger, hear: Hear, changed: Change
) -> JobReport:
    llm = changed(LLMChoice.from_json(job.settings["llm"]))
    asked = extract.Extract(llm, job.settings["embedder"], hear)
    return extract.go_on(asked, job, store, ledger)


def _write(job: Job, store: GraphStore, ledger: Ledger, hear: Hear, changed: Change) -> JobReport:
    """Apply what is left of a write, and of those that came before it in its space."""
    assert isinstance(ledger, WriteLedger)  # which alone has writes
    models = LazyModels(job.settings.get("embedder"), job.settings.get("extractor"))

    def memory_of(space: str) -> Memory:
        return Memory(store, space=space, embedder=models.embedder, extractor=models.extractor)

    adding = Adding(ledger, store, models, memory_of)
    with ledger.turn(job.space) as mine:
        if not mine:
            raise StoreBusy("a server applies the writes of this space, and now this one, too")
        while ledger.is_waiting(job.id):
            adding.turn(job.space)
    return report_of(ledger, ledger.job(job.id))


_KINDS: dict[str, Callable[[Job, GraphStore, Ledger, Hear, Change], JobReport]] = {
    **dict.fromkeys(WRITES, _write),
    "ingest": _ingest,
    "extract": _extract,
}
