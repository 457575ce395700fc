"""Nodes and edges as a property graph has them: a label or type, and flat properties.

Every home and every format that is not ours (Neo4j, Ladybug, NetworkX, GraphML) shows the graph in
this form, so that a Cypher statement or a tool finds the same names everywhere. A property is a
string, a number, a truth value, a moment (UTC) or a list of strings; what is None or an empty list
has no property.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from graphmem_schemas import Edge, EdgeKind, Node

__all__ = [
    "EDGE_PROPERTIES",
    "Property",
    "PropertyType",
    "edge_from",
    "edge_properties",
    "node_from",
    "node_properties",
    "property_types",
]

Property = str | float | int | bool | datetime | Sequence[str] | Sequence[float] | Sequence[int]
PropertyType = Literal["string", "integer", "float", "boolean", "datetime", "strings"]

EDGE_PROPERTIES: tuple[str, ...] = ("weight", "sources", "shares", "role", "span")
"""What an edge says: `shares[i]` is what `sources[i]` contributes to the weight."""

_PLAIN: dict[Any, PropertyType] = {
    str: "string", int: "integer", float: "float", bool: "boolean", datetime: "datetime",
}  # fmt: skip


@cache
def property_types(label: str) -> dict[str, PropertyType]:
    """Return the type of each property that a node of the label may have, `uid` among them."""
    fields = Node.registry[label].model_fields
    return {name: _type_of(field.annotation) for name, field in fields.items()}


def _type_of(annotation: Any) -> PropertyType:
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        return "string"
    if get_origin(annotation) is tuple:
        return "strings"
    return _PLAIN[annotation]


def node_properties(node: Node) -> dict[str, Property]:
    """Return what a node says, by name; `node_from` makes the same node of it."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in node
        if value is not None and value != ()
    }


def node_from(label: str, properties: Mapping[str, Any]) -> Node:
    """Make a node of its properties; those that it does not know are left out.

    Raises:
        KeyError: The label is not known.
        pydantic.ValidationError: The properties are not those of such a node.
    """
    model = Node.registry[label]
    known = {name: properties[name] for name in model.model_fields if name in properties}
    return model.model_validate(known)


def edge_properties(edge: Edge) -> dict[str, Property]:
    """Return what an edge says besides its kind and its ends."""
    said: dict[str, Property] = {
        "weight": edge.weight,
        "sources": list(edge.sources),
        "shares": list(edge.sources.values()),
    }
    if edge.role is not None:
        said["role"] = edge.role
    if edge.span is not None:
        said["span"] = list(edge.span)
    return said


def edge_from(kind: EdgeKind, start: str, end: str, properties: Mapping[str, Any]) -> Edge:
    """Make an edge of its kind, its ends and its properties.

    Raises:
        KeyError: There are no sources or shares.
        pydantic.ValidationError: The properties are not those of an edge.
    """
    sources = dict(zip(properties["sources"], properties["shares"], strict=True))
    span = properties.get("span")
    return Edge(
        kind=kind,
        start=start,
        end=end,
        sources=sources,
        role=properties.get("role"),
        span=tuple(span) if span else None,
    )
