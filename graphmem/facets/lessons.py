"""How-to knowledge."""

from __future__ import annotations

from graphmem.facets.base import Facet

__all__ = ["Lessons"]


class Lessons(Facet):
    """How-to knowledge."""
