"""What a meter counted, as the ledger keeps it."""

from __future__ import annotations

from graphmem.models.llm.meter import Spend
from graphmem_pipelines.ledger.rows import Spent

__all__ = ["spent_of"]


def spent_of(spend: Spend) -> Spent:
    """Return what calls took."""
    return Spent(
        spend.n_calls,
        spend.n_cached,
        spend.usage.prompt_tokens,
        spend.usage.completion_tokens,
        spend.cost,
    )
