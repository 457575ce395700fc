"""Deletes where there is a ledger: it forgets first, so that nothing it holds comes back."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

from graphmem.errors import GraphMemError, InvalidInput, NotFound
from graphmem.facets.upkeep import forget_beside
from graphmem.memory import Memory
from graphmem.ports import GraphStore
from graphmem.reading.lookup import missing
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.rows import DELETE, Item, ItemResult
from graphmem_pipelines.ledger.writes import Settled, Taken, Waiting, Write, WriteLedger
from graphmem_schemas import DeleteReceipt, Source

__all__ = ["delete", "delete_of", "deleted", "not_deleted", "refusal", "refused"]

_ALWAYS = Waiting(sys.maxsize, sys.maxsize)
_LOOK_S = 0.05
_WAITED = ("what of it waited to be added is deleted",)
_NOTHING = "there is nothing of that name: nothing was deleted"
_WHY = {
    "entity": "several have the name, or it is the uid of something else: give the uid of one",
    "uid": "it is what runs teach: delete the runs, or say by `feedback` that it did not help",
}


def delete(
    store: GraphStore, memory: Memory, ledger: Path | None, /, **named: str
) -> DeleteReceipt:
    """Delete something from a memory and from the ledger beside it.

    A server that applies writes of the space at this moment deletes it in its turn. Else it is
    done here, and so is the rest of it by the next server where this process is killed.

    Args:
        store: of the memory.
        memory: whose.
        ledger: the file; nothing waits where it is not there.
        named: exactly one of uid, source, entity and space, as `Memory.delete` takes them.

    Raises:
        NotFound: There is no such thing.
        InvalidInput: It cannot be deleted.
        StoreError: The store or the ledger cannot be used.
    """
    if ledger is None or not ledger.exists():
        return memory.delete(**named)
    with closing(WriteLedger(ledger)) as book:
        (kept,) = book.keep([delete_of(memory.space, named)], _ALWAYS)
        while book.is_waiting(kept.job):
            with book.turn(memory.space) as mine:
                if mine and book.is_waiting(kept.job):
                    return _done_here(store, memory, book, kept.job)
            time.sleep(_LOOK_S)
        if item := refused(book, kept.job):
            book.forget(kept.job)
            raise refusal(item, memory.space, named)
        for receipt in book.receipts(kept.job):
            return DeleteReceipt.model_validate_json(receipt)
        raise NotFound(f"the delete {kept.job[-8:]} was given up before its turn came: ask again")


def delete_of(space: str, named: Mapping[str, str]) -> Write:
    """Return a delete as the ledger keeps it: with what it is to forget at once."""
    return Write(
        space,
        (item_of(1, DELETE, named),),
        alone=True,
        name=None,
        digest=blake2b(repr(sorted(named.items())).encode(), digest_size=16).hexdigest(),
        kind=DELETE,
        erases="" if "space" in named else named.get("source"),
    )


def deleted(store: GraphStore, memory: Memory, ledger: WriteLedger, one: Taken) -> DeleteReceipt:
    """Delete what an item of the ledger names, and what the ledger holds of it.

    What has only waited until then is in no memory, and what an attempt before has deleted is not
    there any more: neither is an error.

    Raises:
        NotFound: There is no such thing.
        InvalidInput: It cannot be deleted.
        StoreError: The store or the ledger cannot be used.
    """
    named = json.loads(one.content)
    n_erased = named.pop("n_erased", 0)
    try:
        if "uid" in named and isinstance(node := memory.get(named["uid"]), Source):
            ledger.erase(memory.space, node.name, one.job)
        return memory.delete(**named)
    except NotFound:
        if one.begun:
            # It may be gone by the attempt before, which then did not come to the files.
            forget_beside(store, memory.space, None)
        elif not n_erased:
            raise
        return DeleteReceipt(seq=0, notes=_WAITED if n_erased else ())


def not_deleted(one: Taken, error: GraphMemError) -> Settled:
    """Return what the ledger keeps of a delete that was refused: why, without the name.

    Of what is not there nothing is left to be done: it counts as no failure.
    """
    if isinstance(error, NotFound):
        result = ItemResult(one.n, "skipped", _NOTHING, code=error.code)
        receipt = DeleteReceipt(seq=0, notes=(_NOTHING,))
        return Settled(one.job, result, receipt.model_dump_json(exclude_defaults=True))
    why = next((_WHY[what] for what in json.loads(one.content) if what in _WHY), error.code)
    return Settled(one.job, ItemResult(one.n, "failed", why, code=error.code))


def refused(ledger: WriteLedger, job: str) -> Item | None:
    """Return the item of a delete that was refused or found nothing; None for any other."""
    return next(iter(ledger.items(job, ("failed", "skipped"))), None)


def refusal(item: Item, space: str, named: Mapping[str, str]) -> GraphMemError:
    """Return why something was not deleted to whoever named it; the ledger keeps no name."""
    ((what, name),) = named.items()
    if item.code == NotFound.code:
        return missing("node" if what == "uid" else what, name, space)
    if item.code == InvalidInput.code and what in _WHY:
        return InvalidInput(f"{name[:80]!r} cannot be deleted: {_WHY[what]}")
    return GraphMemError(
        f"{name[:80]!r} could not be deleted: {item.error or item.code or 'the log says more'}"
    )


def _done_here(store: GraphStore, memory: Memory, ledger: WriteLedger, job: str) -> DeleteReceipt:
    (item,) = ledger.items(job, ("pending", "extracting"))
    one = Taken(job, item.n, item.kind, item.key, item.content or "", item.size, alone=True)
    ledger.record(job, [ItemResult(item.n, "extracting")])
    try:
        receipt = deleted(store, memory, ledger, one)
    except GraphMemError:
        ledger.forget(job)
        raise
    ledger.forget(job)
    return receipt
