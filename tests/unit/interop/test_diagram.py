"""A diagram shows a few nodes so that each can be read, and what joins them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from graphmem.core.changes import Changes
from graphmem.interop.picture.diagram import diagram_svg
from graphmem.interop.picture.pick import LAYERS, pick
from graphmem.testing.random_graphs import changes
from graphmem.testing.world import world
from graphmem_schemas import Edge, Entity, Hyperedge, Node

NOW = datetime(2025, 6, 8, tzinfo=UTC)
_RECT = re.compile(r'<rect x="([-\d.]+)" y="([-\d.]+)" rx="5" width="([\d.]+)" height="([\d.]+)"')


def _boxes(svg: str) -> list[tuple[float, float, float, float]]:
    return [tuple(map(float, found)) for found in _RECT.findall(svg)]  # type: ignore[misc]


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_each_layer_is_drawn_with_what_it_hangs_on(layer: str) -> None:
    graph = world("w")
    picked = pick(graph.nodes, graph.edges, LAYERS[layer], 12)
    assert {node.label for node in picked.nodes.values()} >= set(LAYERS[layer])
    svg = diagram_svg(picked, layer)
    root = ElementTree.fromstring(svg)
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(LAYERS[layer]) <= texts
    kinds = {edge.kind for edge in picked.edges}
    assert kinds
    assert all(any(kind in (text or "") for text in texts) for kind in kinds)
    assert len(_boxes(svg)) == len(picked.nodes)


def test_every_label_belongs_to_one_layer_or_comes_along() -> None:
    layered = [label for labels in LAYERS.values() for label in labels]
    assert sorted([*layered, "Entity"]) == sorted(Node.registry)


def test_boxes_do_not_cover_each_other() -> None:
    graph = world("w")
    boxes = _boxes(diagram_svg(pick(graph.nodes, graph.edges, Node.registry, 30), "all"))
    assert len(boxes) == 30
    for at, (x, y, wide, high) in enumerate(boxes):
        for left, top, width, height in boxes[:at]:
            assert x >= left + width or left >= x + wide or y >= top + height or top >= y + high


def test_around_a_node_stand_its_neighbours() -> None:
    graph = world("w")
    picked = pick(graph.nodes, graph.edges, (), 40, around="wlisbon")
    ends = {(edge.start, edge.end) for edge in graph.edges if "wlisbon" in (edge.start, edge.end)}
    assert set(picked.nodes) == {uid for pair in ends for uid in pair}
    assert len(pick(graph.nodes, graph.edges, (), 3, around="wlisbon").nodes) == 3


def test_a_long_text_is_cut_and_markup_stays_text() -> None:
    nodes = [Entity(uid="e", recorded_at=NOW, name="<b>&\x00 " + "word " * 50, key="e")]
    svg = diagram_svg(pick(nodes, [], ["Entity"], 5), 'a "caption"')
    ElementTree.fromstring(svg)
    assert "&lt;b&gt;&amp;" in svg
    assert "…" in svg


def test_a_role_may_hold_what_xml_forbids() -> None:
    nodes = [
        Hyperedge(uid="h", recorded_at=NOW, kind="deal", text="They agreed."),
        Entity(uid="e", recorded_at=NOW, name="Ada", key="ada"),
    ]
    edge = Edge(kind="MEMBER", start="h", end="e", sources={"s": 1.0}, role="sel\x1fler")
    svg = diagram_svg(pick(nodes, [edge], ["Hyperedge", "Entity"], 5), "x")
    ElementTree.fromstring(svg)
    assert "MEMBER seller" in svg


def test_a_uid_that_stands_for_a_text_may_hold_what_xml_forbids() -> None:
    nodes = [Hyperedge(uid="h\x08", recorded_at=NOW, kind="deal", text=" \x1b ")]
    ElementTree.fromstring(diagram_svg(pick(nodes, [], ["Hyperedge"], 5), "x"))


@settings(max_examples=25)
@given(graph=changes())
def test_any_graph_is_drawn_the_same_twice(graph: Changes) -> None:
    one, other = (
        diagram_svg(pick(graph.nodes, graph.edges, Node.registry, 20), "c") for _ in range(2)
    )
    assert one == other
    ElementTree.fromstring(one)
