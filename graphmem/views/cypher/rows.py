"""Nodes and edges as rows: lines of CSV for bulk loading, dicts for single changes.

The engine's CSV cannot say every list of strings (it cuts at commas and brackets, whatever is
quoted), so a thing with such a list has no line; it is put in by a statement instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from graphmem.core.changes import EdgeRow, EdgeTerms
from graphmem.core.property_graph import node_properties
from graphmem.ports import EdgeRowReader, GraphStore
from graphmem.views.cypher.tables import node_types
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = [
    "edge_row",
    "edge_rows",
    "edge_tail",
    "edge_terms",
    "node_line",
    "node_row",
    "quoted",
]

_PLAIN = re.compile(r"\w(?:[\w .:/@-]*\w)?")


def node_row(node: Node, space: str) -> dict[str, Any]:
    """Return each column of a node's table; None where it says nothing."""
    said = node_properties(node)
    said["space"] = space
    return {name: said.get(name) for name in node_types(node.label)}


def node_line(node: Node, quoted_space: str) -> str | None:
    """Return a node as a line of CSV; None where only a statement can put it in."""
    said = node.__dict__
    fields = []
    for name in node_types(node.label):
        field = quoted_space if name == "space" else _field(said[name])
        if field is None:
            return None
        fields.append(field)
    return ",".join(fields) + "\n"


def edge_rows(store: GraphStore, space: str, kinds: Sequence[EdgeKind]) -> Iterator[list[EdgeRow]]:
    """Yield every edge of the kinds, as quickly as the store can."""
    if isinstance(store, EdgeRowReader):
        yield from store.edge_rows(space, kinds)
        return
    for batch in store.changes(space, 0, kinds=kinds):
        yield [(edge.kind, edge.start, edge.end, edge_terms(edge)) for edge in batch.edges]


def edge_terms(edge: Edge) -> EdgeTerms:
    """Return what an edge says besides its key."""
    return EdgeTerms(tuple(edge.sources), tuple(edge.sources.values()), edge.role, edge.span)


def edge_row(start: str, end: str, terms: EdgeTerms, space: str) -> dict[str, Any]:
    """Return each column of an edge's tables, and its ends as `start` and `stop`."""
    return {
        "start": start,
        "stop": end,
        "space": space,
        "weight": float(sum(terms.shares)),
        "sources": list(terms.sources),
        "shares": list(map(float, terms.shares)),
        "role": terms.role,
        "span": list(terms.span) if terms.span else None,
    }


def edge_tail(terms: EdgeTerms, quoted_space: str) -> str | None:
    """Return what follows the ends in a line of CSV; None where only a statement can say it."""
    if not all(map(_is_plain, terms.sources)):
        return None
    sources, shares = ",".join(terms.sources), ",".join(map(repr, terms.shares))
    role = "" if terms.role is None else quoted(terms.role)
    span = f'"[{terms.span[0]},{terms.span[1]}]"' if terms.span else ""
    said = f'{sum(terms.shares)!r},"[{sources}]","[{shares}]"'
    return f"{quoted_space},{said},{role},{span}\n"


def _field(value: Any) -> str | None:
    if value is None:
        return ""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, tuple):
        if not value:
            return ""
        return f'"[{",".join(value)}]"' if all(map(_is_plain, value)) else None
    return repr(value)


def quoted(text: str) -> str:
    """Return a string as a field of CSV."""
    return f'"{text}"' if '"' not in text else '"' + text.replace('"', '""') + '"'


@lru_cache(maxsize=65_536)
def _is_plain(text: str) -> bool:
    """Whether a string in a list of the engine's CSV comes out as it is."""
    return _PLAIN.fullmatch(text) is not None and text.lower() != "null"
