"""Where the keys of a store lie, and its audit log."""

from __future__ import annotations

from pathlib import Path

from graphmem.ports import GraphStore
from graphmem.stores.beside import AUDIT, KEYS, beside
from graphmem_api.access.keys import KeyFile
from graphmem_api.settings import Settings

__all__ = ["audit_file", "key_file"]


def key_file(settings: Settings, store: GraphStore) -> KeyFile | None:
    """Return the keys; None for a store in memory, unless a file was named."""
    path = Path(settings.keys) if settings.keys else beside(store, KEYS)
    return KeyFile(path) if path else None


def audit_file(settings: Settings, store: GraphStore) -> Path | None:
    """Return the path of the audit log: beside the store, and for one in memory by the keys."""
    if settings.audit:
        return Path(settings.audit)
    home = beside(store, AUDIT)
    return Path(settings.keys).with_suffix(AUDIT) if settings.keys and home is None else home
