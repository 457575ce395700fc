"""What keeps a memory in order: retire, merge, undo, consolidate."""

from __future__ import annotations

from graphmem.facets.base import Facet

__all__ = ["Upkeep"]


class Upkeep(Facet):
    """What keeps a memory in order: retire, merge, undo, consolidate."""
