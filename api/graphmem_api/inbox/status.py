"""Jobs and items of the ledger as callers see them."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import PurePath

from graphmem.errors import InvalidInput, NotFound
from graphmem.writing.writer import merge_receipts
from graphmem_api.problems import Problem
from graphmem_pipelines.jobs.health import as_it_is
from graphmem_pipelines.ledger.rows import ADD, DELETE, ITEM_STATES, WAITING, WRITES, Item, Job
from graphmem_pipelines.ledger.writes import WriteLedger
from graphmem_schemas import DeleteReceipt, Receipt, RejectedRow
from graphmem_schemas.writes import JobItem, JobItemPage, JobStatus

__all__ = ["failure_of", "item_page", "receipt_of", "status_of"]

_MAX_REJECTED = 1_000


def status_of(
    ledger: WriteLedger, job: Job, *, with_receipt: bool = False, of_server: bool = False
) -> JobStatus:
    """Return how far a job is.

    Args:
        ledger: knows it.
        job: of the ledger.
        with_receipt: whether what it did goes along, once it is done.
        of_server: whether the caller may know of the server's files, which jobs of the command
            line name.
    """
    # Whoever follows a job asks for this again and again.
    counts = ledger.counts(job.id)
    state, error = job.state, job.error
    if job.kind not in WRITES:
        job = as_it_is(ledger, job)
        state, error = job.state, job.error
        if error and not of_server:
            error = f"whoever runs the server is told why: `graphmem jobs show {job.id[-8:]}`"
    done = sum(n for state, n in counts.items() if state not in WAITING)
    untouched = not done and not counts["extracting"]
    waits = job.kind in WRITES and state == "running" and untouched
    return JobStatus(
        id=job.id,
        kind=job.kind,
        space=job.space,
        state="waiting" if waits else "running" if state == "scanning" else state,
        items=sum(counts.values()),
        done=done,
        failed=counts["failed"],
        created_at=_moment(job.created_at),
        updated_at=_moment(job.updated_at),
        finished_at=None if job.finished_at is None else _moment(job.finished_at),
        error=error,
        receipt=receipt_of(ledger, job) if with_receipt and state == "done" else None,
    )


def receipt_of(ledger: WriteLedger, job: Job) -> Receipt | DeleteReceipt | None:
    """Return what a write did; its items that failed are the rejected rows. None for others.

    What was applied together with other writes has its sources and the number of the commit.
    """
    if job.kind == DELETE:
        return next(map(DeleteReceipt.model_validate_json, ledger.receipts(job.id)), None)
    if job.kind != ADD:
        return None
    parts = [Receipt.model_validate_json(part) for part in ledger.receipts(job.id)]
    failed = ledger.items(job.id, ("failed",), limit=_MAX_REJECTED)
    rejected = tuple(
        RejectedRow(index=item.n - 1, reason=item.error or "unknown") for item in failed
    )
    sources = [uid for part in parts for uid in part.sources]
    merged = merge_receipts(parts, sources)
    return merged.model_copy(
        update={"rejected": (*(row for part in parts for row in part.rejected), *rejected)}
    )


def failure_of(item: Item) -> Exception:
    """Return the error for a caller who waits for an item that failed."""
    reason = item.error or "unknown"
    if item.code is None:
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "defect", reason)
    return NotFound(reason) if item.code == NotFound.code else InvalidInput(reason)


def item_page(
    ledger: WriteLedger,
    job: Job,
    failed: bool | None,
    cursor: str | None,
    limit: int,
    *,
    of_server: bool = False,
) -> JobItemPage:
    """Return items of a job in order.

    Args:
        ledger: knows them.
        job: whose.
        failed: whether only those that failed are wanted; None: where some did.
        cursor: `next` of the page before.
        limit: how many at most.
        of_server: as `status_of` takes it.

    Raises:
        InvalidInput: It is no cursor.
    """
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise InvalidInput(f"{cursor[:40]!r} is no cursor: give the `next` of the page before")
    if failed is None:
        failed = ledger.totals(job.id).items["failed"] > 0
    states = ("failed",) if failed else ITEM_STATES
    found = ledger.items(job.id, states, after=int(cursor or 0), limit=limit + 1)
    more = str(found[limit - 1].n) if len(found) > limit else None
    return JobItemPage(
        items=tuple(_item(job, item, of_server) for item in found[:limit]), next=more
    )


def _item(job: Job, item: Item, of_server: bool) -> JobItem:
    name, error = item.key, item.error
    if job.kind in WRITES:
        # The number is in front of the name where two items of a job may have one: `item_of`.
        name = name.partition(":")[2]
    elif not of_server:
        # Why a file could not be read may name it by its path.
        error = error and error.replace(item.path or "\0", PurePath(item.path or "").name)
    return JobItem(
        n=item.n,
        name=name,
        kind=item.kind,
        state=item.state,
        attempts=item.attempts,
        error=error,
        code=item.code,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
