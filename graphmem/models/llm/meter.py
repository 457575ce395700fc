"""What was asked of an LLM so far, and what it cost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from graphmem.core.usage import Usage
from graphmem.models.llm.budget import Budget
from graphmem.models.llm.prices import PriceTable, load_prices

__all__ = ["Meter", "Spend"]


@dataclass(frozen=True, slots=True)
class Spend:
    """What calls took.

    Attributes:
        n_calls: answers that were paid for; those without words too.
        n_cached: answers that were known from before, and cost nothing.
        n_failed: attempts that brought no answer.
        n_unsure: those of them that were sent and may have been billed; what they may have cost
            is in `usage` and `cost`.
        n_estimated: answers whose tokens the server did not tell.
        usage: tokens paid for.
        cached_usage: tokens that were paid for before.
        cost: in US dollars; None where the price is unknown.
    """

    n_calls: int = 0
    n_cached: int = 0
    n_failed: int = 0
    n_unsure: int = 0
    n_estimated: int = 0
    usage: Usage = field(default_factory=Usage)
    cached_usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0


class Meter:
    """Counts, from all threads of one or several clients.

    Args:
        budget: what may be spent; None has no limit.
        prices: of models; None is the table that `load_prices` returns.
    """

    def __init__(self, budget: Budget | None = None, prices: PriceTable | None = None) -> None:
        self.budget = budget
        self._prices = prices
        self._lock = threading.Lock()
        self._spend = Spend()

    @property
    def prices(self) -> PriceTable:
        """The prices of models.

        Raises:
            InvalidInput: The variable GRAPHMEM_PRICES names no price table.
        """
        self._prices = self._prices or load_prices()
        return self._prices

    def answered(self, usage: Usage, cost: float | None, *, counted: bool = True) -> None:
        """Count an answer.

        Args:
            usage: what it took.
            cost: in US dollars; None where nobody knows.
            counted: whether the server told the usage.
        """
        with self._lock:
            now = self._spend
            self._spend = replace(
                now,
                n_calls=now.n_calls + 1,
                n_estimated=now.n_estimated + (not counted),
                usage=now.usage + usage,
                cost=_sum(now.cost, cost),
            )

    def cached(self, usage: Usage) -> None:
        """Count an answer that was known from before."""
        with self._lock:
            now = self._spend
            self._spend = replace(
                now, n_cached=now.n_cached + 1, cached_usage=now.cached_usage + usage
            )

    def failed(self) -> None:
        """Count an attempt that brought no answer and costs nothing."""
        with self._lock:
            self._spend = replace(self._spend, n_failed=self._spend.n_failed + 1)

    def unsure(self, usage: Usage, cost: float | None) -> None:
        """Count an attempt that brought no answer and may have been billed all the same."""
        with self._lock:
            now = self._spend
            self._spend = replace(
                now,
                n_failed=now.n_failed + 1,
                n_unsure=now.n_unsure + 1,
                usage=now.usage + usage,
                cost=_sum(now.cost, cost),
            )

    def spend(self) -> Spend:
        """Return what was counted so far."""
        return self._spend


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
