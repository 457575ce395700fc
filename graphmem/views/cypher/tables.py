"""The tables of the projection: the flat form of nodes and edges in the engine's types.

A label is a node table, a kind a set of relationship tables, one for each pair of labels that it
joins. Every table has `space`, so that a statement means the same here and on a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product

from graphmem.core.property_graph import property_types
from graphmem_queries import embedded
from graphmem_schemas import EDGE_RULES, Node

__all__ = [
    "EDGE_TYPES",
    "LABELS",
    "LINK_TYPES",
    "Pair",
    "edge_ddl",
    "node_ddl",
    "node_types",
    "ruled_pairs",
    "table_name",
]

Pair = tuple[str, str]

_TYPES = {
    "string": "STRING", "integer": "INT64", "float": "DOUBLE", "boolean": "BOOLEAN",
    "datetime": "TIMESTAMP_TZ", "strings": "STRING[]",
}  # fmt: skip
EDGE_TYPES = {
    "space": "STRING", "weight": "DOUBLE", "sources": "STRING[]", "shares": "DOUBLE[]",
    "role": "STRING", "span": "INT64[]",
}  # fmt: skip
LINK_TYPES = {"start": "STRING", "stop": "STRING", **EDGE_TYPES}
"""The columns of a row or a line of an edge: its ends first."""
LABELS: tuple[str, ...] = tuple(Node.registry)


@cache
def node_types(label: str) -> dict[str, str]:
    """Return the engine's type of each column of a label, `uid` and `space` first."""
    known = {name: _TYPES[kind] for name, kind in property_types(label).items()}
    return {"uid": known.pop("uid"), "space": "STRING", **known}


def node_ddl() -> list[str]:
    """Return the statements that make the node tables."""
    return [embedded.node_table(label, node_types(label)) for label in LABELS]


def edge_ddl(kinds: Iterable[str], pairs: Mapping[str, set[Pair]]) -> list[str]:
    """Return the statements that make the relationship tables of some kinds.

    Args:
        pairs: of labels by kind, beside those that the rules of the graph name.
    """
    return [
        embedded.edge_table(kind, sorted(ruled_pairs(kind) | pairs.get(kind, set())), EDGE_TYPES)
        for kind in kinds
    ]


@cache
def ruled_pairs(kind: str) -> frozenset[Pair]:
    """Return the pairs of labels that a kind may join by the rules of the graph."""
    rules = {str(name): ends for name, ends in EDGE_RULES.items()}
    return frozenset(product(*rules[kind]))


def table_name(kind: str, pair: Pair) -> str:
    """Return a name for the edges of a kind between two labels."""
    return "-".join((kind, *pair))
