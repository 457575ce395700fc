"""Answers about what is deleted from a memory are deleted with it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

__all__ = ["forget_answers"]


def forget_answers(path: Path | None, uids: Collection[str] | None) -> int:
    """Remove what an LLM said of some nodes; return how many answers that were.

    Args:
        path: of a store's answers; nothing is done where there is no such file.
        uids: of what was deleted; None removes all answers, also those about other spaces: that
            costs asking again.

    Raises:
        StoreError: The file cannot be written.
    """
    if path is None or not path.exists():
        return 0
    from graphmem.models.llm.cache import ResponseCache

    cache = ResponseCache(path)
    try:
        return cache.clear() if uids is None else cache.forget(uids)
    finally:
        cache.close()
