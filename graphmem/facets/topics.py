"""Concepts that group facts and lessons."""

from __future__ import annotations

from graphmem.facets.base import Facet

__all__ = ["Topics"]


class Topics(Facet):
    """Concepts that group facts and lessons."""
