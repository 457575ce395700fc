"""Recall by who, when and where."""

from __future__ import annotations

from graphmem.facets.base import Facet

__all__ = ["Cues"]


class Cues(Facet):
    """Recall by who, when and where."""
