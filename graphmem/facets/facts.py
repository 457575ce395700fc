"""Facts on two clocks: what holds, what held, what is doubted."""

from __future__ import annotations

from graphmem.facets.base import Facet

__all__ = ["Facts"]


class Facts(Facet):
    """Facts on two clocks: what holds, what held, what is doubted."""
