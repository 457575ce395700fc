"""A space as an igraph graph. igraph is under the GPL, so it is an extra."""

from __future__ import annotations

from typing import Any

from graphmem.core.property_graph import EDGE_PROPERTIES, edge_properties, node_properties
from graphmem.errors import MissingExtra
from graphmem.interop.whole import edges_of, nodes_of, undisturbed
from graphmem.ports import GraphStore
from graphmem_schemas import Edge, Node

__all__ = ["to_igraph"]


def to_igraph(store: GraphStore, space: str) -> Any:
    """Return the space as a directed `igraph.Graph`, a copy that is the caller's own.

    Vertices have `uid`, `label` and every property that some node has, edges have `kind` and
    their properties; None where one does not say so. Vectors are left out. Vertices come in the
    order of the feed, so `graph.vs["uid"]` tells which is which; `name` is the name of what the
    node stands for, and not unique.

    Raises:
        MissingExtra: igraph is not installed.
        StoreBusy: Others wrote to the space all the time.

    Complexity: the whole space in memory, about 7 kB a node with its edges while it is made.
    """
    try:
        import igraph
    except ModuleNotFoundError as error:
        raise MissingExtra("igraph", "an igraph graph") from error
    nodes, edges = undisturbed(
        store, space, lambda: (list(nodes_of(store, space)), list(edges_of(store, space)))
    )
    number = {node.uid: at for at, node in enumerate(nodes)}
    graph = igraph.Graph(
        n=len(nodes),
        edges=[(number[edge.start], number[edge.end]) for edge in edges],
        directed=True,
        graph_attrs={"space": space},
        vertex_attrs=_node_columns(nodes),
        edge_attrs=_edge_columns(edges),
    )
    return graph


def _node_columns(nodes: list[Node]) -> dict[str, list[Any]]:
    said = [node_properties(node) for node in nodes]
    names = dict.fromkeys(name for properties in said for name in properties)
    columns: dict[str, list[Any]] = {"label": [node.label for node in nodes]}
    return columns | {name: [one.get(name) for one in said] for name in names}


def _edge_columns(edges: list[Edge]) -> dict[str, list[Any]]:
    said = [edge_properties(edge) for edge in edges]
    columns: dict[str, list[Any]] = {"kind": [edge.kind for edge in edges]}
    return columns | {name: [one.get(name) for one in said] for name in EDGE_PROPERTIES}
