"""Which LLM a job asks, within which limits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graphmem.errors import InvalidInput
from graphmem.models.chat import check_llm, open_client
from graphmem.models.llm.budget import Budget
from graphmem.models.llm.cache import ResponseCache
from graphmem.models.llm.client import LLMClient
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.meter import Meter
from graphmem.models.llm.prices import load_prices
from graphmem.writing.llm.messages import PROMPT
from graphmem_pipelines.ledger.rows import Spent

__all__ = ["LLMChoice", "client_of", "spent_before"]


@dataclass(frozen=True, slots=True)
class LLMChoice:
    """Which LLM reads the passages.

    Attributes:
        model: as `Memory` takes it: "openai:<model>".
        base_url: of the server; None takes OPENAI_BASE_URL, else OpenAI's own.
        limits: how much is asked at the same time.
        max_cost: US dollars that the job may spend; None has no limit.

    Raises:
        InvalidInput: No LLM is called so, or the URL holds a login or a query.
    """

    model: str
    base_url: str | None = None
    limits: Limits = field(default_factory=Limits)
    max_cost: float | None = None

    def __post_init__(self) -> None:
        check_llm(self.model)
        if self.base_url is None and self.model.startswith("openai:"):
            # A job goes on with the server that it was begun with, wherever that is done.
            object.__setattr__(self, "base_url", os.environ.get("OPENAI_BASE_URL"))
        parts = urlsplit(self.base_url or "")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise InvalidInput(
                "the base URL holds a login or a query, which a job would keep: give the key by "
                "OPENAI_API_KEY instead"
            )

    @property
    def who(self) -> dict[str, Any]:
        """Which LLM it is, as plain JSON; limits change nothing of what it says."""
        return {"model": self.model, "base_url": self.base_url, "prompt": PROMPT}

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON."""
        return {**self.who, "limits": asdict(self.limits), "max_cost": self.max_cost}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> LLMChoice:
        """Rebuild what `to_json` wrote."""
        return cls(row["model"], row["base_url"], Limits(**row["limits"]), row["max_cost"])


def spent_before(choice: LLMChoice, cache: Path | None, told: Spent, since: float) -> Spent:
    """Return what a job has spent, also in a process that was killed before it wrote that down.

    Args:
        choice: which LLM.
        cache: file of its answers.
        told: what the ledger tells.
        since: when the job was begun; what other jobs were answered since counts as well, so that
            a limit is kept rather too soon than too late.
    """
    if cache is None or not cache.exists():
        return told
    kept = ResponseCache(cache)
    try:
        n, usage = kept.paid_since(since)
    finally:
        kept.close()
    if n <= told.n_calls:
        return told
    price = load_prices().of(choice.model.partition(":")[2])
    cost = None if price is None else max(told.cost or 0.0, price.of(usage))
    return Spent(n, told.n_cached, usage.prompt_tokens, usage.completion_tokens, cost)


def client_of(choice: LLMChoice, cache: Path | None, spent: float) -> LLMClient:
    """Open the client of a job; `close` it, and its `cache`.

    Args:
        choice: which LLM.
        cache: file of its answers; None keeps none.
        spent: US dollars that the job has spent before.

    Raises:
        InvalidInput: There is no such LLM, no key, or no price where a limit is given.
        MissingExtra: The package `openai` is not installed.
    """
    budget = None if choice.max_cost is None else Budget(choice.max_cost, spent)
    return open_client(
        choice.model,
        base_url=choice.base_url,
        limits=choice.limits,
        cache=ResponseCache(cache) if cache else None,
        meter=Meter(budget),
    )
