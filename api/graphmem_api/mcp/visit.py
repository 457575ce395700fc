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
from graphmem_schemas import DeleteReceipt
from graphmem_schemas.writes import JobStatus

__all__ = ["Busy", "Delete", "Lend", "Visit"]


class Busy(GraphMemError):
    """As much is worked on, or waits, as may: come again in a moment."""

    code = "busy"
    retryable = True


class Lend(Protocol):
    """Lends the memory of the one space that a visitor may reach."""

    def __call__(self, *, slow: bool = False) -> AbstractAsyncContextManager[AsyncMemory]:
        """Lend it for the length of a block; `slow` says that it may take seconds."""
        ...


class Delete(Protocol):
    """Deletes from the one space that a visitor may reach."""

    def __call__(self, **named: str) -> Awaitable[DeleteReceipt | JobStatus]:
        """Delete what is named; how far it is comes where it takes long."""
        ...


def _nothing(**_: object) -> None:
    """Note nothing."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Whom a message comes from, and what that one may reach.

    Attributes:
        space: the one space that it is about; no other can be named.
        lend: lends its memory.
        may_write: whether it may add and delete.
        delete: deletes behind what waits to be applied; None where nothing does.
        note: hears which tool changes something, for the audit log.
        progress: hears how far an add has come.
    """

    space: str
    lend: Lend
    limits: Limits
    may_write: bool
    delete: Delete | None = None
    note: Callable[..., None] = _nothing
    progress: Progress | None = None
