"""What the engine returns, in plain values that are the same on every home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from graphmem.core.property_graph import EDGE_PROPERTIES
from graphmem.views.cypher.tables import node_types

__all__ = ["plain_row"]


def plain_row(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row in plain values."""
    return tuple(map(_plain, row))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain_dict(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if isinstance(value, Decimal):  # what the engine makes of a sum of whole numbers
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _plain_dict(value: dict[str, Any]) -> dict[str, Any]:
    if value.keys() == {"_NODES", "_RELS"}:
        return {"nodes": _plain(value["_NODES"]), "edges": _plain(value["_RELS"])}
    label = value.get("_LABEL")
    if "_SRC" in value:
        return {"kind": label} | _said(value, ("space", *EDGE_PROPERTIES))
    if "_ID" in value and isinstance(label, str):
        return {"label": label} | _said(value, node_types(label))
    return {name: _plain(one) for name, one in value.items()}


def _said(value: dict[str, Any], names: Sequence[str] | dict[str, str]) -> dict[str, Any]:
    return {name: _plain(value[name]) for name in names if value.get(name) is not None}
