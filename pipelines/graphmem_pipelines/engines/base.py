"""What every engine is: it reads sources somewhere, and hands them back in the order asked."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from graphmem.writing.prepare import Depth, PreparedSource
from graphmem_pipelines.ledger.rows import Item
from graphmem_pipelines.readers.content import ReaderOptions

__all__ = ["MAX_DEATHS", "MAX_READ_S", "Engine", "Outcome", "Recipe", "given_up"]

MAX_READ_S = 600.0
"""Seconds that reading one file may take: some hundred times what a large one takes."""

MAX_DEATHS = 3
"""So often a process may die over an item before the item is given up."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How sources are read; equal in every process of a job.

    Attributes:
        embedder: as `Memory` takes it.
        extractor: as `Memory` takes it.
        depth: how far sources are read: what an LLM extracts from is only embedded.
        options: of the readers.
        at: when sources were written that do not say.
        trust: 0 to 1: how far they are trusted; None says nothing.
    """

    embedder: str | None = None
    extractor: str | None = None
    depth: Depth = "parse"
    options: ReaderOptions = field(default_factory=ReaderOptions)
    at: datetime | None = None
    trust: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a item: sources to commit, a run to add, or why there is neither.

    Attributes:
        n: of the item.
        run: keyword arguments of `Memory.add_run`.
        error: what is wrong with this item; the others go on.
        digest: of the bytes that were read: the file may be another one since it was listed.
    """

    n: int
    sources: tuple[PreparedSource, ...] = ()
    run: Mapping[str, Any] | None = None
    error: str | None = None
    digest: str | None = None


def given_up(item: Item) -> Outcome:
    """Return the outcome of an item over which too many processes died."""
    return Outcome(
        item.n,
        error=f"{item.key} could not be read: {MAX_DEATHS} processes died over it, for "
        "want of memory or because it takes too long: split it",
    )


class Engine(Protocol):
    """Reads many items at a time."""

    name: str
    n_workers: int

    def read(self, items: Iterable[Item]) -> Generator[Outcome]:
        """Yield one outcome a item, in the order of the items.

        Tasks are taken as they are needed, a bounded number ahead. When a worker dies, what it
        had is read again by another; what kills one `MAX_DEATHS` times fails.
        """
        ...

    def close(self) -> None:
        """Stop all workers; closing twice is fine."""
        ...
