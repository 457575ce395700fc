"""Jobs: how far they are, what failed and why; trying it again, or giving it up."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request

from graphmem.errors import InvalidInput
from graphmem_api.access.guard import Caller, Reader, Writer, told
from graphmem_api.inbox.status import item_page, status_of
from graphmem_api.problems import Problem
from graphmem_api.service import ServiceHere
from graphmem_pipelines.ledger.rows import WRITES, Job
from graphmem_pipelines.ledger.writes import WriteLedger
from graphmem_schemas.writes import JobItemPage, JobPage, JobStatus

__all__ = ["JobId", "job_of", "job_status", "router"]

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

JobId = Annotated[str, Path(alias="id", min_length=1, max_length=80, description="Of a job.")]
Cursor = Annotated[
    str | None, Query(max_length=80, description="`next` of the page before; none for the first.")
]
_ID = re.compile("[0-9a-f]{32}")
_Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]

_GONE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such job, or it is of a space that is not yours."}
}


@router.get("", operation_id="list_jobs", summary="List jobs, newest first")
async def list_jobs(
    service: ServiceHere, caller: Reader, cursor: Cursor = None, limit: _Limit = 50
) -> JobPage:
    """List the jobs of the caller's spaces, also those that `graphmem ingest` began."""
    # Any text sorts before or behind the ids: what is none would begin anew, or end.
    if cursor is not None and not _ID.fullmatch(cursor):
        raise InvalidInput(f"{cursor[:40]!r} is no cursor: give the `next` of the page before")

    def look(ledger: WriteLedger) -> JobPage:
        found = ledger.page(caller.spaces, cursor, limit + 1)
        shown = tuple(
            status_of(ledger, job, of_server=caller.spaces is None) for job in found[:limit]
        )
        return JobPage(jobs=shown, next=shown[-1].id if len(found) > limit else None)

    return await service.inbox.read(look)


@router.get("/{id}", operation_id="get_job", summary="Tell how far a job is", responses=_GONE)
async def get_job(job: JobId, service: ServiceHere, caller: Reader) -> JobStatus:
    """Tell how far a job is; what a write did is in its receipt, once it is done."""

    def look(ledger: WriteLedger) -> JobStatus:
        return job_status(ledger, job, caller)

    return await service.inbox.read(look)


@router.get("/{id}/items", operation_id="list_items", summary="List items", responses=_GONE)
async def list_items(
    job: JobId,
    service: ServiceHere,
    caller: Reader,
    state: Annotated[
        Literal["failed", "all"] | None,
        Query(
            description="Only those that failed, or all. Unless said, those that failed where "
            "some did, else all."
        ),
    ] = None,
    cursor: Cursor = None,
    limit: _Limit = 100,
) -> JobItemPage:
    """List the items of a job, with the reasons of those that failed.

    To a key of some spaces, reasons tell files that the command line read by their names alone.
    """

    def look(ledger: WriteLedger) -> JobItemPage:
        found = job_of(ledger, job, caller)
        failed = None if state is None else state == "failed"
        of_server = caller.spaces is None
        return item_page(ledger, found, failed, cursor, limit, of_server=of_server)

    return await service.inbox.read(look)


@router.post("/{id}/retry", operation_id="retry_job", summary="Try again", responses=_GONE)
async def retry_job(
    job: JobId, request: Request, service: ServiceHere, caller: Writer
) -> JobStatus:
    """Have what failed of a write tried again; where nothing did, nothing changes."""
    told(request, job=job)

    def change(ledger: WriteLedger) -> JobStatus:
        found = _add_of(ledger, job, caller, "retry")
        ledger.try_again(found.id)
        return job_status(ledger, job, caller)

    status = await service.inbox.read(change)
    told(request, space=status.space)
    service.inbox.wake()
    return status


@router.post("/{id}/cancel", operation_id="cancel_job", summary="Give up", responses=_GONE)
async def cancel_job(
    job: JobId, request: Request, service: ServiceHere, caller: Writer
) -> JobStatus:
    """Give up what waits or failed of a job. What is applied stays, and what is at hand ends."""
    told(request, job=job)

    def change(ledger: WriteLedger) -> JobStatus:
        found = job_of(ledger, job, caller)
        ledger.cancel(found.id)
        return job_status(ledger, job, caller)

    status = await service.inbox.read(change)
    told(request, space=status.space)
    return status


def job_of(ledger: WriteLedger, job: str, caller: Caller) -> Job:
    """Return a job that the caller may see.

    Raises:
        Problem: 404: there is none, or it is of a space that is not his, which is the same to him.
    """
    found = ledger.find(job)
    if found is None or (caller.spaces is not None and found.space not in caller.spaces):
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "not_found",
            f"there is no job {job!r}: GET /v1/jobs lists those that there are",
        )
    return found


def job_status(ledger: WriteLedger, job: str, caller: Caller) -> JobStatus:
    """Return how far a job is, as far as the caller may know.

    Raises:
        Problem: 404, as `job_of`.
    """
    found = job_of(ledger, job, caller)
    return status_of(ledger, found, with_receipt=True, of_server=caller.spaces is None)


def _add_of(ledger: WriteLedger, job: str, caller: Caller, what: str) -> Job:
    found = job_of(ledger, job, caller)
    if found.kind not in WRITES:
        raise Problem(
            HTTPStatus.CONFLICT,
            "not_a_write",
            f"a job of kind {found.kind!r} is run by the command line: `graphmem jobs {what} "
            f"{found.id[-8:]}`",
        )
    return found
