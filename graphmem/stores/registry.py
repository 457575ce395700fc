"""Which store a target names: `memory://`, a path, `sqlite:///path`, or a plug-in's scheme."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

from graphmem.errors import InvalidInput, MissingExtra
from graphmem.ports import GraphStore

__all__ = ["GROUP", "known_schemes", "open_store"]

GROUP = "graphmem.stores"

_shared: dict[str, GraphStore] = {}
_sharing = Lock()


def open_store(target: str | Path) -> GraphStore:
    """Open the store that the target names.

    Args:
        target: a path; "sqlite:///relative" or "sqlite:////absolute"; "memory://" for a new
            store in memory, "memory://name" for one that all of the process share; or a URL
            of a scheme that a plug-in registered, which is called with the whole target.

    Raises:
        InvalidInput: The scheme is not known, or the target is empty.
        MissingExtra: The plug-in of the scheme lacks a library.
        StoreError: The store cannot be opened.
    """
    if isinstance(target, Path) or "://" not in target:
        return _sqlite(target)
    scheme, _, rest = target.partition("://")
    if scheme == "memory":
        return _memory(rest)
    if scheme == "sqlite":
        return _sqlite(unquote(rest).removeprefix("/"))
    return _foreign(scheme)(target)


def known_schemes() -> list[str]:
    """Return the sorted schemes that `open_store` understands."""
    return sorted({"memory", "sqlite", *(point.name for point in entry_points(group=GROUP))})


def _sqlite(path: str | Path) -> GraphStore:
    if not str(path).strip():
        msg = "the store's target is empty; give a path, or memory:// for one in memory"
        raise InvalidInput(msg)
    store: GraphStore = import_module("graphmem.stores.sqlite").SqliteStore(path)
    return store


def _memory(name: str) -> GraphStore:
    """Make a store in memory; a named one lasts as long as the process."""
    with _sharing:
        if name in _shared:
            return _shared[name]
        store: GraphStore = import_module("graphmem.stores.memory").MemoryStore(shared=bool(name))
        if name:
            _shared[name] = store
        return store


def _foreign(scheme: str) -> Callable[[str], GraphStore]:
    points: list[EntryPoint] = list(entry_points(group=GROUP, name=scheme))
    if not points:
        known = ", ".join(f"{name}://" for name in known_schemes())
        msg = f"no store is known for {scheme}://; use a path or one of {known}"
        raise InvalidInput(msg)
    try:
        factory: Callable[[str], GraphStore] = points[0].load()
    except ModuleNotFoundError as error:
        raise MissingExtra(scheme, f"the store {scheme}://") from error
    return factory
