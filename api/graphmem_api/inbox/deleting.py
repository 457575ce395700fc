"""Deletes go through the inbox: behind the writes that came before them, and never lost."""

from __future__ import annotations

from collections.abc import Mapping

from graphmem_api.inbox.adding import how_far
from graphmem_api.inbox.inbox import Inbox
from graphmem_api.inbox.status import failure_of, status_of
from graphmem_pipelines.jobs.deleting import delete_of, refusal, refused
from graphmem_pipelines.ledger.writes import WriteLedger
from graphmem_schemas import DeleteReceipt
from graphmem_schemas.writes import JobStatus

__all__ = ["delete"]


async def delete(
    inbox: Inbox, space: str, wait_s: float | None, /, **named: str
) -> tuple[str, DeleteReceipt | JobStatus]:
    """Have something deleted, after whatever was acknowledged before.

    What still waits of a source, or of a whole space, is forgotten at once.

    Args:
        inbox: of the server.
        space: whose.
        wait_s: how long the receipt is waited for; None does not wait, and never has a receipt,
            however soon it is done.
        named: exactly one of uid, source, entity and space, as `Memory.delete` takes them.

    Returns:
        The job, and the receipt; how far it is, where that is not there in time.

    Raises:
        NotFound: There is no such thing.
        InvalidInput: It cannot be deleted.
        Problem: 429, too much waits.
        StoreError: It could not be kept.
    """
    kept = await inbox.keep(delete_of(space, named))
    if wait_s is None:
        return kept.job, await inbox.read(lambda ledger: how_far(ledger, kept.job))
    await inbox.wait(kept.job, wait_s)
    return kept.job, await inbox.read(lambda ledger: _what_came_of(ledger, kept.job, named))


def _what_came_of(
    ledger: WriteLedger, job: str, named: Mapping[str, str]
) -> DeleteReceipt | JobStatus:
    status = status_of(ledger, ledger.job(job), with_receipt=True)
    if item := refused(ledger, job):
        # Whoever asked has heard of it, and nobody tries it again.
        ledger.forget(job)
        raise failure_of(item) if item.code is None else refusal(item, status.space, named)
    return status.receipt if isinstance(status.receipt, DeleteReceipt) else status
