"""Whether a view and its store tell the same story, and what the view must forget."""

from __future__ import annotations

from graphmem.ports import GraphStore

__all__ = ["is_history", "removed_since", "token_at"]


def token_at(store: GraphStore, space: str, seq: int) -> str:
    """Return the store's mark of a commit, "" where it has none."""
    return store.token(space, seq) or ""


def is_history(store: GraphStore, space: str, seq: int, token: str) -> bool:
    """Whether the store made the commit up to which a view had caught up.

    It did not where the store was put back to an older copy since, even if it was then written
    past the view's number: the commits of that number differ, and so do their tokens.

    Args:
        seq: the view's watermark; 0, of a view that has seen nothing, fits every store.
        token: the mark that the commit had when the view read it.
    """
    if seq == 0:
        return True
    return store.seq(space) >= seq and token_at(store, space, seq) == token


def removed_since(store: GraphStore, space: str, seq: int) -> bool:
    """Whether nodes were removed after the watermark. Reads nothing but the removals."""
    return any(batch.removed_nodes for batch in store.changes(space, seq))
