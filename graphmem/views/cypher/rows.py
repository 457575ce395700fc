"""Nodes and edges as rows: lines of CSV for bulk loading, dicts for single changes.

The engine's CSV cannot say every list of strings (it cuts at commas and brackets, whatever is
quoted), so a thing with such a list has no line; it is put in by a statement instead.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from graphmem.core.property_graph import node_properties
from graphmem.views.cypher.tables import EDGE_TYPES, node_types
from graphmem_schemas import Edge, Node

__all__ = ["edge_line", "edge_row", "node_line", "node_row", "quoted"]

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


def edge_row(edge: Edge, space: str) -> dict[str, Any]:
    """Return each column of an edge's tables, and its ends as `start` and `stop`."""
    said = {
        "space": space,
        "weight": float(edge.weight),
        "sources": list(edge.sources),
        "shares": list(map(float, edge.sources.values())),
        "role": edge.role,
        "span": list(edge.span) if edge.span else None,
    }
    return {"start": edge.start, "stop": edge.end, **{name: said[name] for name in EDGE_TYPES}}


def edge_line(edge: Edge, quoted_space: str) -> str | None:
    """Return an edge as a line of CSV; None where only a statement can put it in.

    It is made of half a million edges at a time: hence by hand.
    """
    sources, span = edge.sources, edge.span
    if len(sources) == 1:
        ((source, share),) = sources.items()
        if not _is_plain(source):
            return None
        said = f"{share!r},[{source}],[{share!r}]"
    else:
        if not all(map(_is_plain, sources)):
            return None
        shares = ",".join(map(repr, sources.values()))
        said = f'{edge.weight!r},"[{",".join(sources)}]","[{shares}]"'
    role = "" if edge.role is None else quoted(edge.role)
    where = f'"[{span[0]},{span[1]}]"' if span else ""
    return f"{quoted(edge.start)},{quoted(edge.end)},{quoted_space},{said},{role},{where}\n"


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
