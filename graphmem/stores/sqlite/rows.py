"""How nodes and edges look in a row, and how many of them one statement asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from pydantic import ValidationError

from graphmem.core.changes import Vector
from graphmem.errors import SchemaTooNew, StoreCorrupt
from graphmem_schemas import Edge, EdgeKind, Node, parse_node

__all__ = [
    "decode_attributes",
    "decode_node",
    "decode_sources",
    "decode_vector",
    "encode_attributes",
    "encode_sources",
    "in_chunks",
    "make_edge",
    "merge_attributes",
]

_T = TypeVar("_T")
_CHUNKS = (1, 16, 48, 256)
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_from_json = json.JSONDecoder().decode


def in_chunks(values: Iterable[_T]) -> Iterator[tuple[str, list[_T]]]:
    """Cut values into parameter lists of few lengths, so that statements can be reused.

    Yields:
        "(?,?,…)" and as many values; the last one is repeated to fill the list.
    """
    rest = list(dict.fromkeys(values))
    while rest:
        size = next((n for n in _CHUNKS if n >= len(rest)), _CHUNKS[-1])
        chunk, rest = rest[:size], rest[size:]
        chunk += chunk[-1:] * (size - len(chunk))
        yield f"({','.join('?' * size)})", chunk


def decode_node(label: str, body: str) -> Node:
    """Read a node.

    Raises:
        SchemaTooNew: The label is not known here.
        StoreCorrupt: The body is not a node of that label.
    """
    try:
        return parse_node(label, body)
    except KeyError as error:
        msg = f"the store has nodes of the label {label}, unknown here; upgrade graphmem"
        raise SchemaTooNew(msg) from error
    except ValidationError as error:
        msg = (
            f"a {label} in the store cannot be read ({error.error_count()} faults, first: "
            f"{error.errors()[0]['msg']}); `graphmem doctor` says more"
        )
        raise StoreCorrupt(msg) from error


def decode_vector(uid: str, blob: bytes) -> Vector:
    """Read a vector.

    Raises:
        StoreCorrupt: The bytes are not a row of float32.
    """
    try:
        return Vector(uid, np.frombuffer(blob, dtype=np.float32))
    except (ValueError, TypeError) as error:
        msg = f"the vector of {uid} cannot be read; `graphmem doctor` says more"
        raise StoreCorrupt(msg) from error


def encode_attributes(edge: Edge) -> str | None:
    """Write what an edge says besides its key and its sources; None where that is nothing."""
    role, span = edge.role, edge.span
    if role is None and span is None:
        return None
    # A portion has thousands of edges, and JSON of one role or one span needs no encoder.
    said = [] if role is None else [f'"role":{_quoted(role)}']
    said += [] if span is None else [f'"span":[{span[0]},{span[1]}]']
    return "{" + ",".join(said) + "}"


@lru_cache(maxsize=64)
def _quoted(text: str) -> str:
    return _to_json(text)


def decode_attributes(text: str | None) -> dict[str, Any]:
    """Read what `encode_attributes` wrote.

    Raises:
        StoreCorrupt: The text is nothing of the kind.
    """
    if text is None:
        return {}
    try:
        known = _from_json(text)
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in known.items()
        }
    except (ValueError, AttributeError) as error:
        msg = f"an edge's attributes cannot be read ({text[:40]!r}); ask `graphmem doctor`"
        raise StoreCorrupt(msg) from error


def merge_attributes(old: str | None, new: str | None) -> str | None:
    """Let the new attributes replace those of the same name, and keep the others."""
    if old is None or new is None:
        return new or old
    known = {**decode_attributes(old), **decode_attributes(new)}
    return _to_json(dict(sorted(known.items())))


def encode_sources(weights: Mapping[int, float]) -> str:
    """Write source ids and weights as `[id, weight, …]`, in the order given."""
    if len(weights) == 1:
        ((source, weight),) = weights.items()
        return f"[{source},{weight!r}]"
    return "[" + ",".join([f"{source},{weight!r}" for source, weight in weights.items()]) + "]"


def decode_sources(text: str) -> dict[int, float]:
    """Read source ids and weights.

    Raises:
        StoreCorrupt: The text is not what `encode_sources` writes.
    """
    try:
        flat = _from_json(text)
        return {int(key): float(weight) for key, weight in zip(flat[::2], flat[1::2], strict=True)}
    except (ValueError, TypeError) as error:
        msg = f"an edge's sources cannot be read ({text[:40]!r}); `graphmem doctor` says more"
        raise StoreCorrupt(msg) from error


def make_edge(
    ends: tuple[EdgeKind, str, str], attributes: str | None, sources: Mapping[str, float] | None
) -> Edge:
    """Build an edge.

    Args:
        sources: what each contributes; None where one of them is not in the store.

    Raises:
        StoreCorrupt: A source of the edge is not in the store, or the edge is none.
    """
    kind, start, end = ends
    known = decode_attributes(attributes) if attributes else {}
    try:
        return Edge.model_validate(
            {**known, "kind": kind, "start": start, "end": end, "sources": sources}
        )
    except (TypeError, ValidationError) as error:
        msg = f"edge {kind} {start} -> {end} cannot be read; `graphmem doctor` says more"
        raise StoreCorrupt(msg) from error
