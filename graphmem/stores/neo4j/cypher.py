"""Statements of users, which the server runs itself: with no right to write, and not for long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from neo4j.exceptions import Neo4jError
from neo4j.graph import Node as ServerNode
from neo4j.graph import Path, Relationship
from neo4j.time import Duration

from graphmem.core.cypher import CypherRequest, CypherResult
from graphmem.core.cypher_names import (
    known_properties,
    known_tables,
    knows_property,
    knows_table,
)
from graphmem.core.property_graph import EDGE_PROPERTIES, property_types
from graphmem.errors import GraphMemError, InvalidInput, StatementTimedOut
from graphmem.stores.neo4j.client import Client, Missed
from graphmem_schemas import Node
from graphmem_schemas.base import as_utc

__all__ = ["CypherServing"]

_SAID_MAX = 300
_TOO_LONG = (
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
)
_TOO_MUCH = ("Neo.TransientError.General.MemoryPoolOutOfMemory", "Neo.TransientError.General.Out")


class CypherServing:
    """What makes a store a `ports.CypherServer`."""

    _client: Client

    def cypher(self, request: CypherRequest) -> CypherResult:
        """Run a statement that was checked, in a transaction that the server lets only read."""

        def run() -> tuple[list[str], list[list[Any]], list[Missed]]:
            try:
                return self._client.read_some(
                    request.statement,
                    dict(request.parameters),
                    limit=request.limit + 1,
                    timeout_s=request.timeout_s,
                )
            except Neo4jError as error:
                # Whatever the statement is to blame for is not tried again.
                if blamed := _blamed(error, request):
                    raise blamed from error
                raise

        columns, rows, missed = self._client.patiently(run)
        _require_known(missed, request.statement)
        return CypherResult(
            columns=tuple(columns),
            rows=tuple(tuple(map(_plain, row)) for row in rows[: request.limit]),
            cut=len(rows) > request.limit,
        )


def _blamed(error: Neo4jError, request: CypherRequest) -> GraphMemError | None:
    code = str(error.code or "")
    said = " ".join(str(error.message or "").split())[:_SAID_MAX]
    if code in _TOO_LONG:
        return StatementTimedOut(
            f"the statement took longer than {request.timeout_s:g} s and was stopped; narrow it "
            "with WHERE or LIMIT, or allow it more time"
        )
    if code.startswith(_TOO_MUCH):
        return InvalidInput(f"the statement needs more memory than the server gives ({said})")
    if code.startswith(("Neo.ClientError.Statement", "Neo.ClientError.Procedure")):
        return InvalidInput(f"the statement cannot be run ({said})")
    return None


def _require_known(missed: Iterable[Missed], statement: str) -> None:
    """Refuse a name that nothing of ours has, as every other home does.

    What the schemas know, and no node of this database has yet, finds nothing.
    """
    for what, name in missed:
        if what == "property":
            if not knows_property(name):
                said = known_properties(name, _owner(name, statement), statement)
                raise InvalidInput(f"there is no property {name!r}: {said}")
        elif not knows_table(name):
            raise InvalidInput(f"there is no {what} {name!r}: {known_tables(name)}")


def _owner(name: str, statement: str) -> str:
    found = re.search(rf"(\w+)\s*\.\s*`?{re.escape(name)}\b", statement)
    return found[1] if found else ""


def _plain(value: Any) -> Any:
    """Return a value as it is on every home."""
    if isinstance(value, ServerNode):
        return _plain_node(value)
    if isinstance(value, Relationship):
        return {"kind": value.type} | _said(value, ("space", *EDGE_PROPERTIES))
    if isinstance(value, Path):
        return {"nodes": [*map(_plain, value.nodes)], "edges": [*map(_plain, value.relationships)]}
    if isinstance(value, Duration):
        return value.iso_format()
    if hasattr(value, "to_native"):
        value = value.to_native()
    if isinstance(value, datetime):
        return as_utc(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _plain_node(node: ServerNode) -> dict[str, Any]:
    """Return a node without what the store keeps on it for itself."""
    label = next(iter(sorted(node.labels & Node.registry.keys())), None)
    if label is None:
        return {"label": ":".join(sorted(node.labels))} | _said(node, sorted(node.keys()))
    return {"label": label} | _said(node, dict.fromkeys(("uid", "space", *property_types(label))))


def _said(thing: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(thing[name]) for name in names if thing.get(name) is not None}
