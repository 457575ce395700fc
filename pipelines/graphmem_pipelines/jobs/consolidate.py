"""The job `consolidate`: more of what was added since the last time; a space is its one item."""

from __future__ import annotations

from dataclasses import dataclass

from graphmem.core.uids import content_uid
from graphmem.memory import Memory
from graphmem.ports import GraphStore
from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport, report_of
from graphmem_pipelines.jobs.running import running
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, ItemResult

__all__ = ["Consolidate", "run_consolidate"]


@dataclass(frozen=True, slots=True)
class Consolidate:
    """What a consolidate is asked to do.

    Attributes:
        embedder: of the store.
        llm: is asked about names that rules leave open, and about runs; None is none.
        hear: is told how far it is.
    """

    embedder: str | None = None
    llm: str | None = None
    hear: Hear = lambda progress: None


def run_consolidate(
    asked: Consolidate, store: GraphStore, space: str, ledger: Ledger
) -> JobReport:
    """Consolidate a space; who was stopped goes on where the last commit ended.

    Raises:
        StoreBusy: Another process works on the same job.
    """
    job = ledger.begin("consolidate", space, {}, content_uid("consolidate", space))
    with ledger.held(job.id):
        ledger.drop_items(job.id)
        ledger.add_items(job.id, [Item(1, space, None, "space", 0)])
        with (
            running(ledger, job),
            Memory(store, space=space, embedder=asked.embedder, llm=asked.llm) as memory,
        ):
            memory.consolidate(
                progress=lambda stage, done, total: asked.hear(
                    JobProgress(job.id, stage, total, done)
                )
            )
            ledger.record(job.id, [ItemResult(1, "applied")])
    return report_of(ledger, ledger.job(job.id))
