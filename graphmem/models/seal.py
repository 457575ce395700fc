"""Which embedder made a store's vectors: vectors of two embedders cannot be compared."""

from __future__ import annotations

from graphmem.errors import DimensionMismatch
from graphmem.ports import Embedder, GraphStore

__all__ = ["break_seal", "check_seal", "describe", "read_seal", "seal", "write_seal"]

_KEY = "embedder"
# While vectors of two embedders lie side by side, nobody may search or add.
_UNDER_WAY = "rebuilding to "


def describe(embedder: Embedder) -> str:
    """Return the embedder's name and dimension as a store remembers them."""
    return f"{embedder.name} ({embedder.dimension} dimensions)"


def read_seal(store: GraphStore) -> str | None:
    """Return which embedder made the store's vectors; None where it has none yet."""
    return store.read_meta(_KEY)


def write_seal(store: GraphStore, embedder: str | None) -> None:
    """Remember the embedder, whatever was remembered before."""
    if embedder is not None:
        store.write_meta(_KEY, embedder)


def break_seal(store: GraphStore, embedder: str) -> None:
    """Let nobody search or add until `write_seal`: the vectors are being made anew."""
    store.write_meta(_KEY, _UNDER_WAY + embedder)


def check_seal(store: GraphStore, embedder: str | None) -> None:
    """Hold the store to the embedder that it knows, if it knows one.

    Raises:
        DimensionMismatch: The store's vectors are of another embedder.
    """
    known = read_seal(store)
    if known is not None and known.startswith(_UNDER_WAY):
        raise DimensionMismatch(
            f"the store's vectors are being made anew ({known}): wait for `graphmem rebuild "
            "vectors` to end, or run it again if it was stopped"
        )
    if None not in (known, embedder) and known != embedder:
        raise DimensionMismatch(
            f"the store's vectors were made by {known}, not by {embedder}: open it with that "
            "embedder, or run `graphmem rebuild vectors` to make them anew"
        )


def seal(store: GraphStore, embedder: str | None) -> None:
    """Hold the store to this embedder from now on.

    Raises:
        DimensionMismatch: The store's vectors are of another embedder.
    """
    check_seal(store, embedder)
    if read_seal(store) is None:
        write_seal(store, embedder)
