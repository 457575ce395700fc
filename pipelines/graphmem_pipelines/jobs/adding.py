"""Writes that a server acknowledged → the memory, a turn of some at a time.

As in an ingest the commit comes first, and the row of the ledger after it. Texts that follow each
other are embedded and committed together; what somebody waits for is applied alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from graphmem.core.uids import content_uid
from graphmem.errors import (
    DimensionMismatch,
    EngineLost,
    GraphMemError,
    MissingExtra,
    ModelError,
    StoreError,
)
from graphmem.memory import Memory
from graphmem.models.seal import describe, seal
from graphmem.ports import GraphStore, Models
from graphmem.writing.accept import SourceText
from graphmem.writing.writer import Writer
from graphmem_pipelines.jobs.contents import TEXTS, texts_of
from graphmem_pipelines.jobs.deleting import deleted, not_deleted
from graphmem_pipelines.ledger.rows import DELETE, ItemResult
from graphmem_pipelines.ledger.writes import Settled, Taken, WriteLedger
from graphmem_schemas import DeleteReceipt, Receipt

__all__ = ["OF_SERVER", "Adding", "Stopped", "Turned"]

_LOG = logging.getLogger("graphmem")
OF_SERVER = (StoreError, ModelError, EngineLost, MissingExtra, DimensionMismatch)
"""What concerns every item: the store or a model. All else is the doing of what met it."""

# As much as is embedded in well under a second, so that no space waits long for another.
MAX_ITEMS = 64
MAX_CHARS = 64 * 1024
MAX_DEATHS = 4


class Stopped(Exception):
    """Somebody asked for an end; what was not applied waits in the ledger."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn did.

    Attributes:
        n_items: that were dealt with.
        ended: jobs that are through now.
    """

    n_items: int
    ended: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Adding:
    """Applies what waits, for one thread.

    Attributes:
        ledger: holds what waits.
        store: takes it.
        models: of the store.
        memory_of: lends the memory of a space, for what is more than texts.
        stopping: whether to end soon.
        owed: what is taken and not settled, also what could not be given back when it was to be;
            give the same list again, so that nobody takes it for what a process died over.
    """

    ledger: WriteLedger
    store: GraphStore
    models: Models
    memory_of: Callable[[str], AbstractContextManager[Memory]]
    stopping: Callable[[], bool] = lambda: False
    owed: list[Taken] = field(default_factory=list)

    def turn(self, space: str) -> Turned:
        """Apply the next items of a space, in order; call it inside `WriteLedger.turn`.

        An item that cannot be used fails alone.

        Raises:
            Stopped: It was asked for; what was not begun waits.
            GraphMemError: What concerns every item: the store or a model. What was not applied
                waits.
        """
        # Before anything is taken: who dies while models are read did not die over an item.
        seal(self.store, describe(self.models.embedder))
        _ = self.models.extractor
        self._give_back()
        self.owed.extend(self.ledger.take(space, MAX_ITEMS, MAX_CHARS))
        n_items, ended = len(self.owed), list[str]()
        try:
            for group in _groups(tuple(self.owed)):
                if self.stopping():
                    raise Stopped
                self.owed[0] = _at_hand(self.owed[0])
                ended += self.ledger.settle(self._apply(space, group))
                del self.owed[: len(group)]
        except BaseException:
            # What keeps it from being written is told by the error that is on its way.
            with suppress(GraphMemError):
                self._give_back()
            raise
        return Turned(n_items, tuple(ended))

    def _give_back(self) -> None:
        if self.owed:
            self.ledger.give_back(self.owed)
            self.owed.clear()

    def _apply(self, space: str, group: Sequence[Taken]) -> list[Settled]:
        if len(group) == 1:
            return [self._alone(space, group[0])]
        try:
            each = [texts_of(one.kind, json.loads(one.content)) for one in group]
            texts = [text for some in each for text in some]
            seq = self._writer(space).add(texts, self._hear).seq
        except (*OF_SERVER, Stopped):
            raise
        except Exception:
            # One of them does not fit what is stored, or brings out a defect; the others do not.
            return [self._alone(space, one) for one in group]
        return [
            _settled(one, Receipt(seq=seq, sources=tuple(map(_uid, some))))
            for one, some in zip(group, each, strict=True)
        ]

    def _alone(self, space: str, one: Taken) -> Settled:
        if one.n_deaths >= MAX_DEATHS:
            return _failed(
                one,
                f"{one.n_deaths} processes died over it, most likely for want of memory: split it",
            )
        try:
            receipt = self._receipt(space, one)
        except (*OF_SERVER, Stopped):
            raise
        except GraphMemError as error:
            if one.kind == DELETE:
                return not_deleted(one, error)
            return _failed(one, str(error), error.code)
        except Exception as error:
            # Nobody can tell whether it is of this item; the queue must not end for it.
            # What it says may be of the server's own, and is for its log.
            _LOG.exception("a write to space %r cannot be applied", space)
            return _failed(one, f"a defect of graphmem: {type(error).__name__}; the log says more")
        return _settled(one, receipt)

    def _receipt(self, space: str, one: Taken) -> Receipt | DeleteReceipt:
        content = json.loads(one.content)
        if one.kind in TEXTS:
            return self._writer(space).add(texts_of(one.kind, content), self._hear)
        with self.memory_of(space) as memory:
            if one.kind == "run":
                return memory.add_run(**content)
            if one.kind == "delete":
                return deleted(self.store, memory, self.ledger, one)
            return memory.add_extracted(**content, progress=self._hear)

    def _writer(self, space: str) -> Writer:
        return Writer(self.store, space, self.models, lambda: datetime.now(UTC))

    def _hear(self, stage: str, done: int, total: int) -> None:
        # A text of a book's length takes minutes; nothing of it is stored before its end.
        if done < total and self.stopping():
            raise Stopped


def _groups(taken: Sequence[Taken]) -> Iterator[list[Taken]]:
    """Yield what is applied together, in order; a source is only once among it."""
    group: list[Taken] = []
    names: set[str] = set()
    for one in taken:
        name = one.key.partition(":")[2]
        alone = one.alone or one.n_deaths or one.kind not in TEXTS
        if group and (alone or name in names):
            yield group
            group, names = [], set()
        if alone:
            yield [one]
            continue
        group.append(one)
        names.add(name)
    if group:
        yield group


def _at_hand(one: Taken) -> Taken:
    """Mark a delete as begun, also where it waits again: done twice it finds nothing."""
    return replace(one, begun=one.begun or one.kind == DELETE)


def _settled(one: Taken, receipt: Receipt | DeleteReceipt) -> Settled:
    n_passages = len(receipt.added.get("Passage", ())) if isinstance(receipt, Receipt) else 0
    result = ItemResult(one.n, "applied", None, n_passages)
    return Settled(one.job, result, receipt.model_dump_json(exclude_defaults=True))


def _failed(one: Taken, reason: str, code: str | None = None) -> Settled:
    return Settled(one.job, ItemResult(one.n, "failed", reason, code=code))


def _uid(text: SourceText) -> str:
    return content_uid("source", text.name)
