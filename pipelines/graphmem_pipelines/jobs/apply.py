"""Last stage of an ingest: what was read → commits, and rows of the ledger that say so.

The commit comes first. Who dies between the two finds the item waiting, reads it again, and the
memory takes nothing of it twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphmem.errors import DimensionMismatch, InvalidInput
from graphmem.writing.prepare import PreparedSource
from graphmem_pipelines.engines.base import Outcome
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import ItemResult, Spent

__all__ = ["Applier", "Commits", "Extracted"]

_PORTION_PASSAGES = 32
_MAX_WAIT_S = 1.0

AddRun = Callable[[Mapping[str, Any]], int]
"""Adds what agents did, from arguments of `Memory.add_run`; returns how many passages it has."""


class Commits(Protocol):
    """What a `Writer` does for a job."""

    def commit(self, sources: Sequence[PreparedSource], *, more: bool = False) -> object:
        """Store sources, all of them or none; see `Writer.commit`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Extracted:
    """An outcome with what an LLM added to it.

    Attributes:
        dropped: rows that were left out, by reason.
        whole: whether every passage got an answer.
    """

    outcome: Outcome
    dropped: Mapping[str, int] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    whole: bool = True


class Applier:
    """Commits outcomes in the order in which they come, some at a time.

    Args:
        writer: commits sources to the space.
        add_run: adds what agents did.
        ledger: is told what was applied.
        job: whose items they are.
        recipe: how they were made; see `Ledger.record`.
        more: whether passages that are stored gain what was found in them now.

    Attributes:
        n_done: items that are through.
        n_failed: those of them that failed.
        n_passages: passages that are stored.
    """

    def __init__(
        self,
        writer: Commits,
        add_run: AddRun,
        ledger: Ledger,
        job: str,
        recipe: str | None,
        *,
        more: bool = False,
    ) -> None:
        self._writer, self._add_run, self._more = writer, add_run, more
        self._ledger, self._job, self._recipe = ledger, job, recipe
        self._waiting: list[Extracted] = []
        self._started: list[ItemResult] = []
        self._n_waiting = 0
        self._last = time.monotonic()
        self.n_done = self.n_failed = self.n_passages = 0

    def started(self, n: int) -> None:
        """Note that an item was handed to a worker."""
        self._started.append(ItemResult(n, "extracting"))

    def take(self, extracted: Extracted) -> bool:
        """Take what came of the next item; return whether something was committed."""
        self._waiting.append(extracted)
        self._n_waiting += _n_passages(extracted.outcome.sources)
        full = self._n_waiting >= _PORTION_PASSAGES or len(self._waiting) >= _PORTION_PASSAGES
        if full or time.monotonic() - self._last > _MAX_WAIT_S:
            self.flush()
            return True
        return False

    def flush(self) -> None:
        """Commit what waits, and write it down.

        Raises:
            StoreError: It could not be stored; what waits stays to be done.
            DimensionMismatch: The store has vectors of another embedder by now.
        """
        waiting, self._waiting, self._n_waiting = self._waiting, [], 0
        results = self._commit(waiting)
        self._ledger.record(self._job, self._started)
        self._ledger.record(self._job, results, self._recipe)
        self._started = []
        self._last = time.monotonic()
        self.n_done += len(results)
        self.n_failed += sum(result.state == "failed" for result in results)
        self.n_passages += sum(r.n_passages for r in results if r.state == "applied")

    def _commit(self, waiting: list[Extracted]) -> list[ItemResult]:
        results: list[ItemResult] = []
        some: list[Extracted] = []
        # Order counts: what comes later may supersede what came before.
        for one in waiting:
            if one.outcome.error is None and one.outcome.run is None:
                some.append(one)
                continue
            results += self._commit_sources(some)
            some = []
            results.append(self._alone(one))
        return results + self._commit_sources(some)

    def _commit_sources(self, some: list[Extracted]) -> list[ItemResult]:
        sources = [source for one in some for source in one.outcome.sources]
        if not sources:
            return [_applied(one) for one in some]
        try:
            # An LLM may say more of what is stored; a parser says the same again.
            self._writer.commit(sources, more=self._more)
        except DimensionMismatch:
            # The store changed its embedder: no item is to blame.
            raise
        except InvalidInput as error:
            if len(some) == 1:
                return [_failed(some[0], str(error))]
            # One of them does not fit what is stored; the others do.
            return [result for one in some for result in self._commit_sources([one])]
        return [_applied(one) for one in some]

    def _alone(self, one: Extracted) -> ItemResult:
        if one.outcome.error is not None:
            return _failed(one, one.outcome.error)
        try:
            n_passages = self._add_run(one.outcome.run or {})
        except DimensionMismatch:
            raise
        except InvalidInput as error:
            return _failed(one, str(error))
        return _applied(one, n_passages)


def _applied(one: Extracted, n_passages: int | None = None) -> ItemResult:
    n = _n_passages(one.outcome.sources) if n_passages is None else n_passages
    return ItemResult(
        one.outcome.n, "applied", None, n, one.dropped, one.spent, one.whole, one.outcome.digest
    )


def _failed(one: Extracted, reason: str) -> ItemResult:
    return ItemResult(one.outcome.n, "failed", reason, 0, one.dropped, one.spent)


def _n_passages(sources: tuple[PreparedSource, ...]) -> int:
    return sum(len(source.passages) for source in sources)
