"""Whatever a graph is made of, the projection holds it: made at once, or caught up with."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.cypher import accept_cypher
from graphmem.core.property_graph import edge_properties, node_properties
from graphmem.stores.memory import MemoryStore
from graphmem.testing.random_graphs import changes
from graphmem.views.cypher.view import CypherView
from graphmem_schemas import EDGE_KINDS, Node


def _rows(view: CypherView, statement: str) -> list[Any]:
    request = accept_cypher(statement, {}, space="s", limit=100_000, timeout_s=20)
    return list(view.cypher(request).rows)


def _check(view: CypherView, store: MemoryStore) -> None:
    nodes, edges = {}, {}
    for batch in store.changes("s", 0, labels=list(Node.registry), kinds=EDGE_KINDS):
        for node in batch.nodes:
            nodes[node.uid] = {"label": node.label, "space": "s", **node_properties(node)}
        for edge in batch.edges:
            said = {"kind": edge.kind, "space": "s", **edge_properties(edge)}
            edges[edge.kind, edge.start, edge.end] = said
    held = _rows(view, "MATCH (n) RETURN n")
    assert {row[0]["uid"]: row[0] for row in held} == nodes
    links = _rows(view, "MATCH (a)-[r]->(b) RETURN a.uid, b.uid, r")
    assert {(row[2]["kind"], row[0], row[1]): row[2] for row in links} == edges
    assert (len(held), len(links)) == (len(nodes), len(edges))


@given(st.lists(changes(), min_size=1, max_size=3), st.data())
@settings(max_examples=10, deadline=None)
def test_the_projection_is_the_graph(steps: list[Changes], data: st.DataObject) -> None:
    store = MemoryStore()
    view = CypherView(store, "s", None)
    for step in steps:
        store.apply("s", lambda _, step=step: step)
        _check(view, store)
    uids = [node.uid for step in steps for node in step.nodes]
    gone = data.draw(st.lists(st.sampled_from(["none", *uids]), max_size=3))
    store.apply("s", lambda _: Changes(remove_nodes=tuple(gone)))
    _check(view, store)
    view.close()
    anew = CypherView(store, "s", None)
    _check(anew, store)
    anew.close()
