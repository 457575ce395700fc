from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.core.property_graph import (
    EDGE_PROPERTIES,
    edge_from,
    edge_properties,
    node_from,
    node_properties,
    property_types,
)
from graphmem_schemas import (
    Edge,
    Entity,
    Hyperedge,
    Insight,
    Node,
    Passage,
    Prescription,
    Proposition,
    Query,
    Source,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
NODES: list[Node] = [
    Source(uid="s", recorded_at=NOW, name="a 'note'", kind="document", trust=0.5, at=NOW),
    Passage(uid="p", recorded_at=NOW, source="s", position=0, text='Täxt\n\\u0041 "quoted"'),
    Entity(uid="e", recorded_at=NOW, name="Marie Curie", key="marie curie", parts=("marie",)),
    Entity(uid="f", recorded_at=NOW, name="x", key="x"),
    Proposition(
        uid="f1", recorded_at=NOW, text="t", subject="e", predicate="be", value="1", negated=True
    ),
    Prescription(uid="r", recorded_at=NOW, text="t", when="w", steps=("a", "b"), uses=3),
    Hyperedge(uid="h", recorded_at=NOW, kind="k", text="t", ordered=True),
    Query(uid="q", recorded_at=NOW, text="t", score=0.25),
    Insight(uid="i", recorded_at=NOW, text="t", alpha=2.5),
]


@pytest.mark.parametrize("node", NODES, ids=lambda node: f"{node.label} {node.uid}")
def test_a_node_comes_back_from_its_properties(node: Node) -> None:
    properties = node_properties(node)
    assert None not in properties.values()
    assert node_from(node.label, {**properties, "space": "a", "seq": 7}) == node


def test_every_field_of_every_label_has_a_type() -> None:
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str, "integer": int, "float": float, "boolean": bool, "datetime": datetime,
        "strings": list,
    }  # fmt: skip
    for label in Node.registry:
        assert property_types(label)["uid"] == "string"
    for node in NODES:
        types = property_types(node.label)
        for name, value in node_properties(node).items():
            assert isinstance(value, kinds[types[name]]), (node.label, name)


@pytest.mark.parametrize(
    "more", [{}, {"role": "agent"}, {"span": (0, 4)}, {"role": "x", "span": (3, 9)}]
)
def test_an_edge_comes_back_from_its_properties(more: dict[str, Any]) -> None:
    edge = Edge(kind="MENTIONS", start="p", end="e", sources={"b": 1.0, "a": 0.5}, **more)
    properties = edge_properties(edge)
    assert set(properties) <= set(EDGE_PROPERTIES)
    assert properties["weight"] == 1.5
    assert edge_from("MENTIONS", "p", "e", {**properties, "seq": 1}) == edge
