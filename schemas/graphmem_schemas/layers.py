"""The layers of the graph."""

from __future__ import annotations

from typing import Literal

__all__ = ["LAYERS", "Layer"]

Layer = Literal["evidence", "events", "knowledge", "hypergraph", "hierarchy"]
LAYERS: dict[Layer, tuple[str, ...]] = {
    "evidence": ("Source", "Passage"),
    "events": ("Event",),
    "knowledge": ("Entity", "Proposition", "Predicate", "Prescription", "Concept"),
    "hypergraph": ("Hyperedge",),
    "hierarchy": ("Query", "Interaction", "Insight"),
}
"""Labels by the name of their layer."""
