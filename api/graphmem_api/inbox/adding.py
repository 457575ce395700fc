"""Adds go through the inbox: behind the deletes that came before them."""

from __future__ import annotations

from hashlib import blake2b
from http import HTTPStatus

from graphmem_api.inbox.inbox import Inbox
from graphmem_api.inbox.status import failure_of, status_of
from graphmem_api.problems import Problem
from graphmem_pipelines.ledger.rows import Item
from graphmem_pipelines.ledger.writes import Write, WriteLedger
from graphmem_schemas import Receipt
from graphmem_schemas.writes import JobStatus

__all__ = ["add", "how_far", "outcome"]


async def add(
    inbox: Inbox, space: str, item: Item, wait_s: float
) -> tuple[str, Receipt | JobStatus]:
    """Have something added, after whatever was acknowledged before.

    Args:
        inbox: of the server.
        space: into which it goes.
        item: of `item_of`.
        wait_s: how long the receipt is waited for.

    Returns:
        The job, and the receipt; how far it is, where that is not there in time.

    Raises:
        InvalidInput: It failed; nothing of it is kept.
        Problem: 429, too much waits; 500, a defect is to blame.
        StoreError: It could not be kept.
    """
    digest = blake2b((item.content or "").encode("utf-8", "surrogatepass"), digest_size=16)
    kept = await inbox.keep(Write(space, (item,), True, None, digest.hexdigest()))
    await inbox.wait(kept.job, wait_s)
    status = await inbox.read(lambda ledger: outcome(ledger, kept.job))
    return kept.job, status.receipt if isinstance(status.receipt, Receipt) else status


def how_far(ledger: WriteLedger, job: str) -> JobStatus:
    """Return how far a write is.

    Raises:
        Problem: 404, it is not there any more.
    """
    found = ledger.find(job)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", f"the job {job} is long over")
    return status_of(ledger, found, with_receipt=True)


def outcome(ledger: WriteLedger, job: str, *, keyed: bool = False) -> JobStatus:
    """Return how far a write is to whoever waited for it, and is told now where it failed.

    Args:
        ledger: knows it.
        job: its own.
        keyed: whether it came under a key of the caller's: others may have been told of it, so
            that it stays when it failed. Else nobody can ask for it any more, and it goes.

    Raises:
        InvalidInput: All of it failed.
        Problem: 404, it is not there any more; 500, a defect is to blame for the failure.
    """
    status = how_far(ledger, job)
    if status.state == "done" and status.failed == status.items:
        (item,) = ledger.items(job, ("failed",), limit=1)
        if not keyed:
            ledger.forget(job)
        raise failure_of(item)
    return status
