"""Edges that the writing stages make are those that a check would let through."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from graphmem_schemas import Edge, edge_of


def test_an_edge_made_without_a_check_is_the_same_edge() -> None:
    checked = Edge(
        kind="EVIDENCED_BY", start="a", end="b", sources={"s": 0.5}, role="agent", span=(1, 9)
    )
    made = edge_of("EVIDENCED_BY", "a", "b", {"s": 0.5}, "agent", (1, 9))
    assert made == checked
    assert made.model_dump_json() == checked.model_dump_json()
    assert made.weight == 0.5
    bare = edge_of("NEXT", "a", "b", {"s": 1.0})
    assert bare == Edge(kind="NEXT", start="a", end="b", sources={"s": 1.0})
    grown = bare.model_copy(update={"sources": {"s": 1.0, "t": 2.0}})
    assert grown.weight == 3.0
    assert bare.weight == 1.0


@pytest.mark.parametrize("span", [(-1, 9), (1, -1), ("1st", 9), (0.5, 9)])
def test_a_span_that_is_none_makes_no_edge(span: Any) -> None:
    with pytest.raises(ValidationError):
        edge_of("EVIDENCED_BY", "a", "b", {"s": 1.0}, span=span)
