"""Whom a message comes from, and what that one may reach."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from graphmem.aio import AsyncMemory
from graphmem.errors import GraphMemError
from graphmem.ports import Progress
from graphmem_api.settings import Limits
from graphmem_pipelines.ledger.rows import Item
from graphmem_schemas import DeleteReceipt, Receipt
from graphmem_schemas.writes import JobStatus

__all__ = ["Busy", "Lend", "Queue", "Visit"]


class Busy(GraphMemError):
    """As much is worked on, or waits, as may: come again in a moment."""

    code = "busy"
    retryable = True


class Lend(Protocol):
    """Lends the memory of the one space that a visitor may reach."""

    def __call__(self, *, slow: bool = False) -> AbstractAsyncContextManager[AsyncMemory]:
        """Lend it for the length of a block; `slow` says that it may take seconds."""
        ...


class Queue(Protocol):
    """Changes the one space that a visitor may reach, behind what waits to be applied."""

    def add(self, item: Item) -> Awaitable[Receipt | JobStatus]:
        """Add an item; how far it is comes where it takes long."""
        ...

    def delete(self, **named: str) -> Awaitable[DeleteReceipt | JobStatus]:
        """Delete what is named; how far it is comes where it takes long."""
        ...


def _nothing(**_: object) -> None:
    """Note nothing."""


def _delete(memory: AsyncMemory, /, **named: str) -> Awaitable[DeleteReceipt]:
    return memory.delete(**named)


@dataclass(frozen=True, slots=True)
class Visit:
    """Whom a message comes from, and what that one may reach.

    Attributes:
        space: the one space that it is about; no other can be named.
        lend: lends its memory.
        may_write: whether it may add and delete.
        queue: changes it in the order in which all others do; None where nobody waits.
        note: hears which tool changes something, for the audit log.
        progress: hears how far an add has come.
        delete: deletes from the memory what is named, where there is no queue.
    """

    space: str
    lend: Lend
    limits: Limits
    may_write: bool
    queue: Queue | None = None
    note: Callable[..., None] = _nothing
    progress: Progress | None = None
    delete: Callable[..., Awaitable[DeleteReceipt]] = _delete
