"""Whether jobs are well: what failed, and what waits though nobody works on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import OPEN_JOBS, Job, JobState, Totals

__all__ = ["Unfinished", "as_it_is", "unfinished"]

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
    if job.state not in ("scanning", "running") or ledger.is_held(job.id):
        return job
    return replace(job, state="stopped", error=_GONE)


def unfinished(ledger: Ledger) -> list[Unfinished]:
    """Return jobs with failed items, and open ones that no process works on, newest first.

    What failed in an ingest and was applied by a later one is well again, and so is what the user
    gave up.
    """
    found: list[Unfinished] = []
    for job in ledger.jobs():
        if job.state == "cancelled":
            continue
        totals = ledger.totals(job.id)
        lacking = totals.items["failed"] or totals.n_partial
        n_failed = ledger.n_still_failed(job) if lacking else 0
        stuck = job.state in OPEN_JOBS and not ledger.is_held(job.id)
        if n_failed or stuck:
            told = _told(job, totals, n_failed, stuck=stuck)
            found.append(Unfinished(job.id, job.state, n_failed, totals.n_waiting, told))
    return found


def _told(job: Job, totals: Totals, n_failed: int, *, stuck: bool) -> str:
    parts = []
    if stuck:
        parts.append(f"{totals.n_waiting:,} items wait and nobody works on them")
    if n_failed:
        parts.append(f"{n_failed:,} items failed or lack answers")
    if job.error:
        parts.append(job.error)
    return ", ".join(parts)
