"""Runs of agents, what they teach, and what was of use."""

from __future__ import annotations

from graphmem.facets.base import Facet

__all__ = ["Runs"]


class Runs(Facet):
    """Runs of agents, what they teach, and what was of use."""
