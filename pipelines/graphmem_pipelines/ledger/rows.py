"""What the ledger holds, as values: a job, an item, and what came of an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

__all__ = [
    "ADD",
    "DELETE",
    "ITEM_STATES",
    "OPEN_JOBS",
    "WAITING",
    "WRITES",
    "Item",
    "ItemResult",
    "ItemState",
    "Job",
    "JobState",
    "Spent",
    "Totals",
]

JobState = Literal["scanning", "running", "done", "failed", "stopped", "cancelled"]
"""Of a job: its items are being listed; it runs, or was killed; it is through; something stopped
it that concerns every item; a limit or the user stopped it, and it can go on; the user gave it up.
"""

ItemState = Literal["pending", "extracting", "extracted", "applied", "failed", "skipped"]

ITEM_STATES: tuple[ItemState, ...] = (
    "pending", "extracting", "extracted", "applied", "failed", "skipped",
)  # fmt: skip
WAITING: tuple[ItemState, ...] = ("pending", "extracting", "extracted")
"""Items that are still to be applied: what was amid its way when a process died starts anew."""

ADD: Final = "add"
DELETE: Final = "delete"
WRITES = (ADD, DELETE)
"""Kinds of the jobs that a server makes of what callers change; it applies them by itself."""

OPEN_JOBS: tuple[JobState, ...] = ("scanning", "running", "failed", "stopped")
"""Jobs that can go on."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What LLM calls took.

    Attributes:
        n_calls: calls that a server answered.
        n_cached: answers that were there already.
        cost: in the currency of the price table; None where a price is not known.
    """

    n_calls: int = 0
    n_cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0

    def __add__(self, other: Spent) -> Spent:
        known = self.cost is not None and other.cost is not None
        return Spent(
            self.n_calls + other.n_calls,
            self.n_cached + other.n_cached,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            (self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the ledger.

    Attributes:
        id: 32 hex characters, sorted by time.
        kind: "add", "delete", "ingest", "extract", "consolidate", "re-embed" or "verify".
        settings: what it was asked to do, without secrets; a killed job is resumed with them.
        fingerprint: equal for jobs that were asked the same.
        error: why it failed or stopped.
        spent: on LLM calls, also for items that are not applied yet.
        cancelling: whether the user asked a running process to give it up.
        created_at: seconds since 1970, as all times here.
    """

    id: str
    kind: str
    space: str
    state: JobState
    settings: Mapping[str, Any]
    fingerprint: str
    error: str | None
    spent: Spent
    cancelling: bool
    created_at: float
    updated_at: float
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class Item:
    """One source of a job: a document, a conversation or a run.

    Attributes:
        n: place in the job, from 1; items are applied in this order.
        key: name of the source.
        path: file that holds it; None where `content` does.
        kind: the reader that reads it.
        content: what was read when the job was listed, as JSON; None for a file of its own.
        digest: of its bytes: equal ones need no second reading.
        dropped: rows of extractions that were left out, by reason.
        code: of the error, where it failed with one of graphmem's.
    """

    n: int
    key: str
    path: str | None
    kind: str
    size: int
    content: str | None = None
    digest: str | None = None
    state: ItemState = "pending"
    attempts: int = 0
    error: str | None = None
    n_passages: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    spent: Spent = Spent()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of an item.

    Attributes:
        whole: whether nothing is missing; else it is not taken for unchanged the next time.
        digest: of the bytes that were read; None leaves the one that was listed.
        code: of the error.
    """

    n: int
    state: ItemState
    error: str | None = None
    n_passages: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    spent: Spent = Spent()
    whole: bool = True
    digest: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """A job in numbers.

    Attributes:
        items: how many are in each state; states without any are there with 0.
        dropped: rows of extractions that were left out, by reason.
        n_partial: applied items about which an LLM did not answer all that it was asked.
    """

    items: Mapping[ItemState, int]
    n_passages: int
    dropped: Mapping[str, int]
    spent: Spent
    n_partial: int = 0

    @property
    def n_items(self) -> int:
        """All items."""
        return sum(self.items.values())

    @property
    def n_waiting(self) -> int:
        """Those that are still to be applied."""
        return sum(self.items[state] for state in WAITING)
