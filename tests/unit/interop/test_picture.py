"""The picture shows what is in the graph, asks nothing of a network, and is always the same."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import numpy as np
import pytest

from graphmem.interop.picture.layout import place
from graphmem.interop.picture.page import picture_html, picture_svg
from graphmem.interop.picture.select import Limits, select
from graphmem_schemas import Edge, EdgeKind, Entity, Node, Passage, Proposition, Source

NOW = datetime(2025, 6, 8, tzinfo=UTC)


def _edge(kind: EdgeKind, start: str, end: str) -> Edge:
    return Edge(kind=kind, start=start, end=end, sources={"s1": 1.0})


def _graph(text: str = "Mara moved to Lisbon.") -> tuple[list[Node], list[Edge]]:
    nodes: list[Node] = [
        Source(uid="s1", recorded_at=NOW, name="chat.json", kind="conversation", at=NOW),
        Passage(uid="p1", recorded_at=NOW, source="s1", position=0, text=text, speaker="Mara"),
        Passage(uid="p2", recorded_at=NOW, source="s1", position=1, text="Mara likes Lisbon."),
        Entity(uid="e1", recorded_at=NOW, name="Mara", key="mara", kind="person"),
        Entity(uid="e2", recorded_at=NOW, name="Lisbon", key="lisbon", kind="place"),
        Entity(uid="e3", recorded_at=NOW, name="Bergen", key="bergen", kind="place"),
        Proposition(uid="f1", recorded_at=NOW, text="Mara lives in Bergen", subject="e1",
                    predicate="live in", object="e3", status="superseded"),
        Proposition(uid="f2", recorded_at=NOW, text="Mara lives in Lisbon", subject="e1",
                    predicate="live in", object="e2", valid_from=NOW),
    ]  # fmt: skip
    edges = [
        _edge("PART_OF", "p1", "s1"), _edge("PART_OF", "p2", "s1"),
        _edge("MENTIONS", "p1", "e1"), _edge("MENTIONS", "p1", "e2"),
        _edge("MENTIONS", "p2", "e1"), _edge("MENTIONS", "p2", "e2"),
        _edge("SUBJECT", "f1", "e1"), _edge("OBJECT", "f1", "e3"),
        _edge("SUBJECT", "f2", "e1"), _edge("OBJECT", "f2", "e2"),
        _edge("EVIDENCED_BY", "f2", "p1"), _edge("SUPERSEDES", "f2", "f1"),
    ]  # fmt: skip
    return nodes, edges


def _cards(page: str) -> list[dict[str, object]]:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    cards: list[dict[str, object]] = json.loads(found.group(1))["cards"]
    return cards


def test_the_page_tells_what_a_fact_rests_on() -> None:
    page = picture_html(*_graph(), "A memory")
    cards = {str(card["text"]): card for card in _cards(page)}
    assert cards["Mara lives in Lisbon"]["said"] == [["Mara moved to Lisbon.", "Mara · chat.json"]]
    assert ["status", "superseded"] in cards["Mara lives in Bergen"]["facts"]  # type: ignore[operator]


def test_the_page_asks_nothing_of_a_network() -> None:
    page = picture_html(*_graph(), "A memory")
    assert "default-src 'none'" in page
    without_names = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]|\ssrc=|url\(|@import", without_names)


@pytest.mark.parametrize(
    "text",
    ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "@@script@@",
     "a\u2028b", "bell \x07 here"],
)  # fmt: skip
def test_text_from_the_memory_stays_text(text: str) -> None:
    plain, hostile = picture_html(*_graph("x"), "t"), picture_html(*_graph(text), "t")
    assert hostile.count("<script") == plain.count("<script")
    assert hostile.count("<img") == 0
    said = [quote[0] for card in _cards(hostile) for quote in card["said"]]  # type: ignore[attr-defined]
    assert text in said


def test_names_that_xml_forbids_do_not_break_the_drawing() -> None:
    nodes, edges = _graph()
    nodes[3] = Entity(uid="e1", recorded_at=NOW, name="M<a>&\x07ra", key="mara", kind="person")
    root = ElementTree.fromstring(picture_svg(nodes, edges, Limits()))
    names = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "M<a>&ra" in names


def test_the_same_graph_gives_the_same_bytes_whatever_its_order() -> None:
    nodes, edges = _graph()
    other = picture_svg(list(reversed(nodes)), list(reversed(edges)), Limits())
    assert picture_svg(nodes, edges, Limits()) == other


def test_what_has_changed_is_drawn_before_what_has_not() -> None:
    nodes, edges = _graph()
    for number in range(40):
        nodes.append(
            Proposition(uid=f"g{number}", recorded_at=NOW, text=f"fact {number}", subject="e1",
                        predicate="like", object="e2")
        )  # fmt: skip
        edges.append(_edge("SUBJECT", f"g{number}", "e1"))
    drawn = select(nodes, edges, Limits(facts=6)).nodes
    assert {"f1", "f2"} <= drawn.keys()
    assert sum(isinstance(node, Proposition) for node in drawn.values()) <= 6


def test_an_empty_graph_is_a_page_too() -> None:
    assert "0 nodes and 0 edges" in picture_html([], [], "nothing yet")


def test_nodes_do_not_lie_on_each_other() -> None:
    pairs = [(0, row) for row in range(1, 40)]
    at = place(40, pairs, [1.0] * len(pairs), [6.0] * 40)
    gaps = np.linalg.norm(at[:, None] - at[None, :], axis=2) + np.eye(40) * 1e9
    assert gaps.min() > 8.0


def test_joined_nodes_are_nearer_than_others() -> None:
    pairs = [
        (a, b) for start in (0, 10) for a in range(start, start + 10) for b in range(start, a)
    ]
    at = place(20, pairs, [1.0] * len(pairs), [3.0] * 20)
    gap = np.linalg.norm(at[:, None] - at[None, :], axis=2)
    assert gap[:10, :10].mean() < gap[:10, 10:].mean() / 2
