"""A space as a NetworkX graph, for its algorithms and drawings."""

from __future__ import annotations

import networkx

from graphmem.core.property_graph import edge_properties, node_properties
from graphmem.interop.whole import edges_of, nodes_of, undisturbed
from graphmem.ports import GraphStore

__all__ = ["to_networkx"]


def to_networkx(store: GraphStore, space: str) -> networkx.MultiDiGraph:
    """Return the space as a directed multigraph, a copy that is the caller's own.

    A node is its uid; its attributes are its properties and `label`. The key of an edge is its
    kind; its attributes are its properties. Moments are datetimes in UTC, lists are lists, what
    a node does not say it has no attribute for. Vectors are left out.

    Raises:
        StoreBusy: Others wrote to the space all the time.

    Complexity: the whole space in memory, about 4 kB a node with its edges.
    """

    def make() -> networkx.MultiDiGraph:
        graph = networkx.MultiDiGraph(space=space)
        for node in nodes_of(store, space):
            graph.add_node(node.uid, label=node.label, **node_properties(node))
        for edge in edges_of(store, space):
            said = edge_properties(edge)
            graph.add_edge(edge.start, edge.end, key=edge.kind, **said)
        return graph

    return undisturbed(store, space, make)
