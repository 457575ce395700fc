"""What of a job is still to be done."""

from __future__ import annotations

from collections.abc import Iterator

from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import WAITING, Item

__all__ = ["waiting_items"]

_PORTION = 100


def waiting_items(ledger: Ledger, job: str) -> Iterator[Item]:
    """Yield what waits, in order; what was amid its way when a process died begins anew."""
    after = 0
    while items := ledger.items(job, WAITING, after=after, limit=_PORTION):
        yield from items
        after = items[-1].n
