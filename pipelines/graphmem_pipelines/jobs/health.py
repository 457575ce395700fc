"""Whether jobs are well: what failed, and what waits though nobody works on it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import OPEN_JOBS, WRITES, Job, JobState, Totals

__all__ = ["Unfinished", "as_it_is", "unfinished"]

_PATIENCE_S = 60.0
_GONE = "the process that worked on it is gone; the same command goes on from here"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job that is not well.

    Attributes:
        job: its id.
        told: what is wrong, in a few words.
    """

    job: str
    state: JobState
    n_failed: int
    n_waiting: int
    told: str


def as_it_is(ledger: Ledger, job: Job) -> Job:
    """Return a job with its true state: who is killed does not say that he stopped."""
    if job.state not in ("scanning", "running") or job.kind in WRITES or ledger.is_held(job.id):
        return job
    return replace(job, state="stopped", error=_GONE)


def unfinished(ledger: Ledger) -> list[Unfinished]:
    """Return jobs with failed items, and open ones that no process works on, newest first.

    What failed in an ingest and was applied by a later one is well again, and so is what the user
    gave up.
    """
    found: list[Unfinished] = []
    for job in ledger.unwell():
        totals = ledger.totals(job.id)
        lacking = totals.items["failed"] or totals.n_partial
        n_failed = ledger.n_still_failed(job) if lacking else 0
        stuck = job.state in OPEN_JOBS and not _is_worked_on(ledger, job)
        if n_failed or stuck:
            told = _told(job, totals, n_failed, stuck=stuck)
            found.append(Unfinished(job.id, job.state, n_failed, totals.n_waiting, told))
    return found


def _is_worked_on(ledger: Ledger, job: Job) -> bool:
    """Whether a process works on a job; a server comes to a write within a while."""
    if job.kind in WRITES:
        return time.time() - job.updated_at < _PATIENCE_S
    return ledger.is_held(job.id)


def _told(job: Job, totals: Totals, n_failed: int, *, stuck: bool) -> str:
    parts = []
    if stuck and job.kind in WRITES:
        parts.append(f"{totals.n_waiting:,} items wait: is `graphmem serve` running?")
    elif stuck:
        parts.append(f"{totals.n_waiting:,} items wait and nobody works on them")
    if n_failed:
        parts.append(f"{n_failed:,} items failed or lack answers")
    if job.error:
        parts.append(job.error)
    return ", ".join(parts)
