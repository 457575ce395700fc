"""What the LLM of a server did cost, as it goes."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from graphmem.models.llm.meter import Meter, Spend
from graphmem_api.observe.metrics import METRICS

__all__ = ["billed"]

_lock = threading.Lock()
_seen: WeakKeyDictionary[Meter, Spend] = WeakKeyDictionary()


def billed(llm: object) -> None:
    """Count what an LLM has taken since this was last asked; one that keeps no meter is free."""
    meter = getattr(llm, "meter", None)
    if not isinstance(meter, Meter):
        return
    with _lock:
        now, before = meter.spend(), _seen.get(meter, Spend())
        _seen[meter] = now
    for ended, n, n_before in (
        ("answered", now.n_calls, before.n_calls),
        ("cached", now.n_cached, before.n_cached),
        ("failed", now.n_failed, before.n_failed),
    ):
        METRICS.llm_calls.labels(ended).inc(n - n_before)
    tokens, known = now.usage, before.usage
    METRICS.llm_tokens.labels("prompt").inc(tokens.prompt_tokens - known.prompt_tokens)
    METRICS.llm_tokens.labels("completion").inc(tokens.completion_tokens - known.completion_tokens)
    # Of a model whose price nobody knows nothing can be said.
    METRICS.llm_cost.inc(max(0.0, (now.cost or 0.0) - (before.cost or 0.0)))
