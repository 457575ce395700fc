"""Going on with a job of the ledger: what failed is tried again, what waits is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore
from graphmem_pipelines.jobs.ingest import Ingest, go_on
from graphmem_pipelines.jobs.report import Hear, JobReport
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Job

__all__ = ["run_again"]


def run_again(job: Job, store: GraphStore, ledger: Ledger, hear: Hear) -> JobReport:
    """Run what is left of a job, with the settings that it was begun with.

    Raises:
        StoreBusy: Another process works on it.
        InvalidInput: It is of a kind that is simply run once more.
    """
    if job.kind not in _KINDS:
        raise InvalidInput(f"a job of kind {job.kind!r} is begun anew and not tried again")
    return _KINDS[job.kind](job, store, ledger, hear)


def _ingest(job: Job, store: GraphStore, ledger: Ledger, hear: Hear) -> JobReport:
    asked = replace(Ingest.from_settings(job.settings), hear=hear)
    with ledger.held(job.id):
        ledger.retry(job.id)
    return go_on(asked, ledger.job(job.id), store, ledger)


_KINDS: dict[str, Callable[[Job, GraphStore, Ledger, Hear], JobReport]] = {"ingest": _ingest}
