"""What falls is the same whether the edges of names and concepts are read or counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.ports import PlanReader
from graphmem.stores.memory import MemoryStore
from graphmem.testing.samples import one_of_each_label
from graphmem.writing import fall as falling
from graphmem.writing.fall import Fallen, fall
from graphmem_schemas import EDGE_RULES, Edge, Node

SOURCES = tuple(f"source{n}" for n in range(3))
SHARES = st.dictionaries(st.sampled_from((*SOURCES, "drawn")), st.just(1.0), min_size=1)


@st.composite
def graphs(draw: st.DrawFn) -> Changes:
    """Draw a few nodes of each label, of which most edges lead to few names and concepts."""
    nodes: dict[str, Node] = {}
    for node in one_of_each_label():
        at_least = 2 if node.label in ("Entity", "Concept") else 0
        n_nodes = 3 if node.label == "Source" else draw(st.integers(at_least, 3))
        for n in range(n_nodes):
            said: dict[str, Any] = {"uid": f"{node.uid}{n}"}
            if node.label == "Concept":
                said["given"] = draw(st.booleans())
            if node.label == "Query":
                said["source"] = draw(st.sampled_from((*SOURCES, None)))
            nodes[said["uid"]] = node.model_copy(update=said)
    edges: dict[tuple[str, str, str], Edge] = {}
    for kind, (starts, ends) in EDGE_RULES.items():
        pairs = [
            (one, other)
            for one in sorted(nodes)
            for other in sorted(nodes)
            if nodes[one].label in starts and nodes[other].label in ends and one != other
        ]
        for start, end in draw(st.lists(st.sampled_from(pairs), max_size=6)) if pairs else ():
            edges[kind, start, end] = Edge(kind=kind, start=start, end=end, sources=draw(SHARES))
    return Changes(nodes=tuple(nodes.values()), edges=tuple(edges.values()))


def told(fallen: Fallen, reader: PlanReader) -> tuple[object, ...]:
    looked_at = sorted(fallen.nodes)
    return (
        sorted(fallen.gone), looked_at, fallen.weakened(), fallen.mended(reader, "a"),
        [sorted(fallen.edges.get(uid, ())) for uid in looked_at if uid in fallen.gone],
    )  # fmt: skip


@given(graphs(), st.data())
def test_counting_edges_tells_what_reading_them_tells(graph: Changes, data: st.DataObject) -> None:
    store = MemoryStore()
    store.apply("a", lambda _: graph)
    uids = sorted(node.uid for node in graph.nodes)
    gone = data.draw(st.lists(st.sampled_from(uids), min_size=1, max_size=3, unique=True))
    keys = [uid for uid in gone if uid in SOURCES]

    def plan(reader: PlanReader) -> Changes:
        counted = told(fall(gone, reader, "a", keys), reader)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(falling, "may_be_hub", lambda _: False)
            assert counted == told(fall(gone, reader, "a", keys), reader)
        return Changes()

    store.apply("a", plan)
