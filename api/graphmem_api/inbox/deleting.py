"""Deletes go through the inbox: behind the writes that came before them, and never lost."""

from __future__ import annotations

from hashlib import blake2b

from graphmem_api.inbox.inbox import Inbox
from graphmem_api.inbox.status import failure_of, status_of
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.rows import DELETE
from graphmem_pipelines.ledger.writes import Write, WriteLedger
from graphmem_schemas import DeleteReceipt
from graphmem_schemas.writes import JobStatus

__all__ = ["delete"]


async def delete(
    inbox: Inbox, space: str, wait_s: float, /, **named: str
) -> tuple[str, DeleteReceipt | JobStatus]:
    """Have something deleted, after whatever was acknowledged before.

    What still waits of a source, or of a whole space, is forgotten at once.

    Args:
        inbox: of the server.
        space: whose.
        wait_s: how long the receipt is waited for.
        named: exactly one of uid, source, entity and space, as `Memory.delete` takes them.

    Returns:
        The job, and the receipt; how far it is, where that is not there in time.

    Raises:
        NotFound: There is no such thing.
        InvalidInput: It cannot be deleted.
        Problem: 429, too much waits.
        StoreError: It could not be kept.
    """
    erases = "" if "space" in named else named.get("source")
    digest = blake2b(repr(sorted(named.items())).encode(), digest_size=16).hexdigest()
    item = item_of(1, DELETE, named)
    kept = await inbox.keep(
        Write(space, (item,), alone=True, name=None, digest=digest, kind=DELETE, erases=erases)
    )
    await inbox.wait(kept.job, wait_s)
    return kept.job, await inbox.read(lambda ledger: _what_came_of(ledger, kept.job))


def _what_came_of(ledger: WriteLedger, job: str) -> DeleteReceipt | JobStatus:
    status = status_of(ledger, ledger.job(job), with_receipt=True)
    if isinstance(status.receipt, DeleteReceipt):
        return status.receipt
    for item in ledger.items(job, ("failed",)):
        # Whoever asked has heard of it, and nobody tries it again.
        ledger.forget(job)
        raise failure_of(item)
    return status
