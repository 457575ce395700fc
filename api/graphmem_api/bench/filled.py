"""The memory that a server is measured on."""

from __future__ import annotations

from pathlib import Path

from graphmem.bench.speed_load import load_passages
from graphmem.bench.speed_texts import make_passages, question_about
from graphmem.models.registry import open_embedder
from graphmem.stores.registry import open_store

__all__ = ["SPACE", "UNUSED", "fill"]

SPACE = "default"
UNUSED = 500_000
"""Passages from this number on are not in the memory: what is added is one of them."""

_N_QUESTIONS = 512


def fill(path: Path, n: int) -> list[str]:
    """Fill a new store with `n` passages; return questions about what is in it."""
    store = open_store(path)
    load_passages(store, SPACE, make_passages(n), open_embedder(None))
    store.close()
    return [question_about(passage) for passage in make_passages(min(n, _N_QUESTIONS))]
