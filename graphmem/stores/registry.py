"""Which store a target names: a path, a URL of ours, or one of a plug-in's scheme."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

from graphmem.errors import InvalidInput, MissingExtra
from graphmem.ports import GraphStore

__all__ = ["GROUP", "check_target", "known_schemes", "open_store"]

GROUP = "graphmem.stores"

# Written here too, so that a path and a test need not know that the driver is installed.
_NEO4J = frozenset(f"{base}{tls}" for base in ("neo4j", "bolt") for tls in ("", "+s", "+ssc"))

_NO_URL = re.compile(r"(neo4j|bolt)(\+s|\+ssc)?:(?!//)", re.IGNORECASE)

_shared: dict[str, GraphStore] = {}
_sharing = Lock()


def open_store(target: str | Path) -> GraphStore:
    """Open the store that the target names.

    Args:
        target: a path; "sqlite:///relative" or "sqlite:////absolute"; "memory://" for a new
            store in memory, "memory://name" for one that all of the process share;
            "neo4j://user:password@host/database" (or bolt, also with +s and +ssc), or just
            "neo4j" for what NEO4J_URI names (a file of that name is "./neo4j"); or a URL of
            a scheme that a plug-in registered, which is called with the whole target.

    Raises:
        InvalidInput: The scheme is not known, or the target is empty.
        MissingExtra: The plug-in of the scheme lacks a library.
        StoreError: The store cannot be opened.
    """
    check_target(target)
    if target == "neo4j":
        return _neo4j("neo4j://")
    if isinstance(target, Path) or "://" not in target:
        return _sqlite(target)
    scheme, _, rest = target.partition("://")
    if scheme == "memory":
        return _memory(rest)
    if scheme == "sqlite":
        return _sqlite(unquote(rest).removeprefix("/"))
    if scheme in _NEO4J:
        return _neo4j(target)
    return _foreign(scheme)(target)


def check_target(target: str | Path) -> None:
    """Refuse what is meant as a URL of a server and is none; it may hold a password.

    Raises:
        InvalidInput: It is such a one; no part of it is repeated.
    """
    if found := _NO_URL.match(str(target)):
        raise InvalidInput(
            f"a URL of a Neo4j begins with {found[0].lower()}//; give "
            "neo4j://user:password@host:7687/database, or a file of such a name as ./name"
        )


def known_schemes() -> list[str]:
    """Return the sorted schemes that `open_store` understands."""
    return sorted(
        {"memory", "sqlite", *_NEO4J, *(point.name for point in entry_points(group=GROUP))}
    )


def _sqlite(path: str | Path) -> GraphStore:
    if not str(path).strip():
        msg = "the store's target is empty; give a path, or memory:// for one in memory"
        raise InvalidInput(msg)
    store: GraphStore = import_module("graphmem.stores.sqlite").SqliteStore(path)
    return store


def _neo4j(target: str) -> GraphStore:
    try:
        module = import_module("graphmem.stores.neo4j")
    except ModuleNotFoundError as error:
        if error.name != "neo4j":
            raise
        raise MissingExtra("neo4j", "a store on Neo4j") from error
    store: GraphStore = module.Neo4jStore(target)
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
