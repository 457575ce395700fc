"""Where what belongs to a store, and is not in it, lies: beside the file of an embedded one."""

from __future__ import annotations

from pathlib import Path

from graphmem.ports import GraphStore

__all__ = ["beside"]


def beside(store: GraphStore, suffix: str) -> Path | None:
    """Return the path of a side file.

    Args:
        store: of a server, its files lie where its views are kept.
        suffix: what the file is, as ".jobs".

    Returns:
        None for a store in memory, which keeps no files.
    """
    folder: Path | None = getattr(store, "views_folder", None)
    return folder.with_name(folder.name.removesuffix(".views") + suffix) if folder else None
