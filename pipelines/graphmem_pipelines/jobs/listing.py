"""First stage of an ingest: paths → items in the ledger, each with the digest of its bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphStore
from graphmem_pipelines.jobs.running import look_for_cancel
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, ItemResult, Job
from graphmem_pipelines.readers.content import Found
from graphmem_pipelines.readers.opening import digest_of, open_file

__all__ = ["list_items", "skip_unchanged"]

_PORTION = 200
_TELL_S = 0.5
_BLOCK_BYTES = 1 << 20


def list_items(
    found: Iterable[Found], ledger: Ledger, job: str, told: Callable[[int], None]
) -> int:
    """Write what was found into the ledger, a portion at a time.

    What was listed before is forgotten: nothing of it has been worked on yet.

    Args:
        found: in order.
        ledger: takes the items.
        job: theirs.
        told: hears how many there are so far, some times a second; what it raises ends this.

    Returns:
        How many of them have nothing to read: they are skipped, and say why.
    """
    ledger.drop_items(job)
    portion: list[Item] = []
    n, n_empty, last = 0, 0, time.monotonic()
    for n, one in enumerate(found, start=1):
        portion.append(_item(n, one))
        n_empty += one.nothing is not None
        if len(portion) == _PORTION or time.monotonic() - last > _TELL_S:
            ledger.add_items(job, portion)
            portion = []
            told(n)
            last = time.monotonic()
    ledger.add_items(job, portion)
    told(n)
    return n_empty


def skip_unchanged(
    ledger: Ledger, job: Job, store: GraphStore, recipe: str, applied: Ledger
) -> None:
    """Mark items that were applied before as they are now.

    An item counts as applied only while the memory holds its source: who deleted that wants it
    again when it is ingested again.
    """
    after = 0
    while items := ledger.items(job.id, ("pending",), after=after, limit=_PORTION):
        look_for_cancel(ledger, job.id)
        after = items[-1].n
        known = applied.applied_as(job.space, [item.key for item in items])
        same = [item for item in items if known.get(item.key) == (item.digest, recipe)]
        there = store.get(job.space, [content_uid("source", item.key) for item in same])
        skipped = [
            ItemResult(item.n, "skipped")
            for item, node in zip(same, there, strict=True)
            if node is not None
        ]
        if skipped:
            ledger.record(job.id, skipped)


def _item(n: int, found: Found) -> Item:
    content = found.content.to_json() if found.content else None
    digest, problem = None, found.problem
    if problem is None and found.nothing is None:
        try:
            digest = _digest(content, found.path)
        except (InvalidInput, NotFound) as error:
            problem = str(error)
    return Item(
        n=n,
        key=found.key,
        path=found.path,
        kind=found.kind,
        size=found.size,
        content=content,
        digest=digest,
        state="failed" if problem else "skipped" if found.nothing else "pending",
        error=problem or found.nothing,
    )


def _digest(content: str | None, path: str | None) -> str:
    if content is not None or path is None:
        return digest_of(((content or "").encode(),))
    with open_file(path) as file:
        return digest_of(iter(lambda: file.read(_BLOCK_BYTES), b""))
