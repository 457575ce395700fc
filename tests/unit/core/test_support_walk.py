"""What runs near a task speak for."""

from __future__ import annotations

from graphmem.core.support_walk import spoken_for
from graphmem_schemas import Edge, EdgeKind


def edge(kind: EdgeKind, start: str, end: str, weight: float = 1.0) -> Edge:
    return Edge(kind=kind, start=start, end=end, sources={"s": weight})


def test_support_counts_for_and_contradiction_against() -> None:
    edges = [edge("SUPPORTED_BY", "good", "q"), edge("CONTRADICTED_BY", "bad", "q")]
    assert spoken_for({"q": 1.0}, edges) == {"good": 0.5, "bad": -0.5}


def test_nearer_runs_count_more_than_those_that_are_only_like_them() -> None:
    edges = [
        edge("SUPPORTED_BY", "near", "q"),
        edge("SIMILAR", "q", "r"),
        edge("SUPPORTED_BY", "far", "r"),
    ]
    found = spoken_for({"q": 1.0}, edges)
    assert found["near"] > found["far"] > 0


def test_nothing_near_speaks_for_nothing() -> None:
    assert spoken_for({}, [edge("SUPPORTED_BY", "i", "q")]) == {}
