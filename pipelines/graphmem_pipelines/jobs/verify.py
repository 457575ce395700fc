"""The job `verify`: whether the memory holds what the ledger says was applied, whole.

An item is a source. It fails where the source is gone, lacks a passage, or a passage a vector.
Nothing is changed; `graphmem ingest` brings back what is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphmem.core.uids import content_uid
from graphmem.ports import GraphStore
from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport, report_of
from graphmem_pipelines.jobs.running import look_for_cancel, running
from graphmem_pipelines.jobs.stored import stored_source
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import WAITING, Item, ItemResult, Job

__all__ = ["Verify", "run_verify"]

_PORTION = 100


@dataclass(frozen=True, slots=True)
class Verify:
    """What a verify is asked to do: `hear` is told how far it is."""

    hear: Hear = lambda progress: None


def run_verify(asked: Verify, store: GraphStore, space: str, ledger: Ledger) -> JobReport:
    """Look whether every source that was applied is there.

    Raises:
        StoreBusy: Another process works on the same job.
        StoreError: The store cannot be read.
    """
    job = ledger.begin("verify", space, {}, content_uid("verify", space))
    with ledger.held(job.id):
        ledger.drop_items(job.id)
        _list(job, ledger)
        with running(ledger, job):
            _verify(asked, job, store, ledger)
    return report_of(ledger, ledger.job(job.id))


def _list(job: Job, ledger: Ledger) -> None:
    after, n = "", 0
    while keys := ledger.applied_keys(job.space, after, _PORTION):
        items = [Item(n + at, key, None, "source", 0) for at, key in enumerate(keys, start=1)]
        ledger.add_items(job.id, items)
        after, n = keys[-1], n + len(keys)


def _verify(asked: Verify, job: Job, store: GraphStore, ledger: Ledger) -> None:
    total, done, failed = ledger.totals(job.id).n_items, 0, 0
    with_vectors = _with_vectors(store, job.space)
    while items := ledger.items(job.id, WAITING, limit=_PORTION):
        look_for_cancel(ledger, job.id)
        results = [_look(item, store, job.space, with_vectors) for item in items]
        ledger.record(job.id, results)
        done += len(results)
        failed += sum(result.state == "failed" for result in results)
        asked.hear(JobProgress(job.id, "verifying", total, done, failed))


def _with_vectors(store: GraphStore, space: str) -> frozenset[str]:
    """Return the uids of all that has a vector: 100 bytes each."""
    return frozenset(
        vector.uid for batch in store.changes(space, 0, vectors=True) for vector in batch.vectors
    )


def _look(item: Item, store: GraphStore, space: str, with_vectors: frozenset[str]) -> ItemResult:
    source, passages = stored_source(store, space, item.key)
    if source is None:
        return ItemResult(item.n, "failed", "the memory holds no such source any more")
    if not passages:
        return ItemResult(item.n, "failed", "the source has no passage any more")
    bare = sum(passage.uid not in with_vectors for passage in passages)
    if bare:
        return ItemResult(item.n, "failed", f"{bare} passages have no vector")
    return ItemResult(item.n, "applied", None, len(passages))
