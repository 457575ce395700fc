"""Where what belongs to a store, and is not in it, lies: beside the file of an embedded one."""

from __future__ import annotations

from pathlib import Path

from graphmem.ports import GraphStore

__all__ = ["ANSWERS", "AUDIT", "JOBS", "KEYS", "SHOWN", "VECTORS", "beside"]

ANSWERS = ".answers"
"""What an LLM said of what is in the store."""
AUDIT = ".audit"
"""Who wrote, deleted or was turned away, where it is served."""
JOBS = ".jobs"
"""The ledger of its jobs."""
KEYS = ".keys"
"""Who may call, where it is served."""
SHOWN = ".shown"
"""What was shown lately, where it is served: questions, and uids of hits."""
VECTORS = ".vectors"
"""Vectors of another embedder, while they are made."""


def beside(store: GraphStore, suffix: str) -> Path | None:
    """Return the path of a side file.

    Args:
        store: of a server, its files lie where its views are kept.
        suffix: what the file is: one of those above.

    Returns:
        None for a store in memory, which keeps no files.
    """
    folder: Path | None = getattr(store, "views_folder", None)
    return folder.with_name(folder.name.removesuffix(".views") + suffix) if folder else None
