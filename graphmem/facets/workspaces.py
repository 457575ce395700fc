"""Working memory of one question, and what is kept of it."""

from __future__ import annotations

from graphmem.facets.base import Facet

__all__ = ["Workspaces"]


class Workspaces(Facet):
    """Working memory of one question, and what is kept of it."""
