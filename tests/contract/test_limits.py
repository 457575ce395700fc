"""What some home could not keep, the models refuse, so that all homes take the same."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from graphmem.testing.samples import edge, one_of_each_label
from graphmem_schemas import Edge, Node

TOO_MANY = 2**53
COUNTS = [
    (node, name)
    for node in one_of_each_label()
    for name, field in type(node).model_fields.items()
    if field.annotation is int
]


@pytest.mark.parametrize(("node", "name"), COUNTS, ids=lambda of: getattr(of, "label", of))
@pytest.mark.parametrize("number", [-1, TOO_MANY])
def test_whole_numbers_are_counts(node: Node, name: str, number: int) -> None:
    """Neo4j keeps 64 bits, JSON in a browser 53."""
    said = dict(node)
    assert type(node).model_validate({**said, name: TOO_MANY - 1})
    with pytest.raises(ValidationError, match=name):
        type(node).model_validate({**said, name: number})


@pytest.mark.parametrize(
    "said",
    [
        {"sources": {"s" * 301: 1.0}},
        {"sources": {"s": -1.0}},
        {"sources": {"s": 1e308}},
        {"sources": {"s": float("nan")}},
        {"span": (0, TOO_MANY)},
        {"span": (-1, 3)},
    ],
)
def test_an_edge_says_what_every_home_keeps(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(said))):
        Edge.model_validate({**dict(edge("x", "y")), **said})


def test_every_whole_number_of_a_node_is_tried() -> None:
    assert len(COUNTS) >= 8
