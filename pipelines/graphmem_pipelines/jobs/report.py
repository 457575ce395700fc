"""What a job tells while it runs, and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import DELETE, WRITES, Item, ItemState, Job, JobState, Spent

__all__ = ["Failure", "Hear", "JobProgress", "JobReport", "moment_of", "report_of"]

_MAX_FAILURES = 20


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is.

    Attributes:
        job: its id.
        stage: "listing" while items are found, then "reading".
        n_items: items in all; while they are listed, those that were found so far.
        n_done: applied, skipped or failed.
        n_failed: of these, failed.
        n_passages: stored by this process.
        passages_per_s: of the last few seconds.
        eta_s: seconds that are left at the rate so far; None while that cannot be told.
        cost: of LLM calls of this process; None where a price is not known.
    """

    job: str
    stage: str
    n_items: int
    n_done: int = 0
    n_failed: int = 0
    n_passages: int = 0
    passages_per_s: float = 0.0
    eta_s: float | None = None
    cost: float | None = 0.0


Hear = Callable[[JobProgress], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that failed, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class JobReport:
    """What a job did, in all its sessions.

    Attributes:
        job: its id.
        state: "done" when every item was dealt with; see `ledger.rows.JobState`.
        error: why it is not done.
        items: how many are in each state.
        n_passages: that were stored, or were there.
        dropped: rows of extractions that were left out, by reason.
        spent: on LLM calls, in all its sessions.
        failures: of the first 20 failed items; `graphmem jobs export-failed` gives all.
        notes: what else a caller should know.
        n_partial: applied items about which an LLM did not answer all that it was asked; they are
            tried again as failed ones are.
    """

    job: str
    kind: str
    space: str
    state: JobState
    error: str | None
    items: Mapping[ItemState, int]
    n_passages: int
    dropped: Mapping[str, int]
    spent: Spent
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    n_partial: int = 0

    @property
    def ok(self) -> bool:
        """Whether all is done, nothing failed, and no answer is missing."""
        return self.state == "done" and not self.items["failed"] and not self.n_partial


def moment_of(job: Job) -> str:
    """Return when a job was begun, for a person."""
    return f"{datetime.fromtimestamp(job.created_at, UTC):%Y-%m-%d at %H:%M:%S} UTC"


def report_of(ledger: Ledger, job: Job, notes: tuple[str, ...] = ()) -> JobReport:
    """Read the report of a job from the ledger."""
    totals = ledger.totals(job.id)
    failed = ledger.items(job.id, ("failed",), limit=_MAX_FAILURES)
    if job.kind == DELETE:
        notes += tuple(item.error for item in ledger.items(job.id, ("skipped",)) if item.error)
    return JobReport(
        job=job.id,
        kind=job.kind,
        space=job.space,
        state=job.state,
        error=job.error,
        items=totals.items,
        n_passages=totals.n_passages,
        dropped=totals.dropped,
        spent=job.spent,
        failures=tuple(Failure(_name(job, item), item.error or "unknown") for item in failed),
        notes=notes,
        n_partial=totals.n_partial,
    )


def _name(job: Job, item: Item) -> str:
    """Return the name of a source; the kind of what has none, such as a delete."""
    # The number is in front of what a server takes: `contents.item_of`.
    name = item.key.partition(":")[2] if job.kind in WRITES else item.key
    return name or item.kind
