"""Writes of callers as values: as they come, as they are kept, and as they are applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graphmem_pipelines.ledger.rows import ADD, Item, ItemResult

__all__ = ["Kept", "Queue", "Settled", "Taken", "Waiting", "Write"]


@dataclass(frozen=True, slots=True)
class Write:
    """A write that was checked and is to be kept.

    Attributes:
        items: what it consists of, in order.
        alone: whether it gets a receipt of its own, for which it is applied by itself.
        name: who sent it under which Idempotency-Key; None is any number of times.
        digest: equal for writes that say the same.
        kind: of its job: "delete" is taken also where no more may wait.
        erases: the source of which the ledger is to forget what came before; "" is all of the
            space, None nothing.
    """

    space: str
    items: tuple[Item, ...]
    alone: bool
    name: str | None
    digest: str
    kind: Literal["add", "delete"] = ADD
    erases: str | None = None

    @property
    def size(self) -> int:
        """Characters in it."""
        return sum(item.size for item in self.items)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of a space may wait, and how it is to be applied.

    Attributes:
        most: writes.
        most_chars: that they have together.
        settings: of the jobs, as plain JSON: by which models they are read.
    """

    most: int
    most_chars: int
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a write: it is a new job, was one before, or was not kept.

    Attributes:
        job: its id; of "other", the one that has its key.
        as_: "other": its key was used for another write; "full": too much waits already.
    """

    job: str
    as_: Literal["new", "again", "other", "full"]


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that is to be applied now.

    Attributes:
        n_deaths: how many processes ended while they were at it.
        begun: whether somebody was at it before: what it does may be done already.
        alone: see `Write`.
    """

    job: str
    n: int
    kind: str
    key: str
    content: str
    size: int
    alone: bool
    n_deaths: int = 0
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of an item: `receipt` is JSON, added to what the job has."""

    job: str
    result: ItemResult
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits and what failed, of all spaces.

    Attributes:
        oldest_at: when what waits longest was accepted, in seconds since 1970.
    """

    n_waiting: int = 0
    oldest_at: float | None = None
    n_failed: int = 0
    by_space: Mapping[str, int] = field(default_factory=dict)
