"""How nodes and edges look in a row of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
from pydantic import ValidationError

from graphmem.core.changes import EdgeKey, Vector
from graphmem.core.property_graph import (
    edge_from,
    node_from,
    node_properties,
    property_types,
)
from graphmem.errors import StoreCorrupt
from graphmem_schemas import EDGE_KINDS, Edge, EdgeKind, Node

__all__ = [
    "chunks",
    "columns",
    "decode_edge",
    "decode_key",
    "decode_node",
    "decode_vector",
    "encode_key",
    "encode_node",
    "encode_vector",
    "extra_keys",
    "index_key",
    "labels_with_keys",
]

_T = TypeVar("_T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# An index takes values of up to 8 kB; what is longer is found by what it hashes to.
_KEY_BYTES = 1_000


def chunks(rows: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """Cut rows into parts that one statement takes."""
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


def labels_with_keys() -> list[str]:
    """Return the labels whose nodes are found by keys."""
    plain = Node.lookup_keys
    return [label for label, model in Node.registry.items() if model.lookup_keys is not plain]


def index_key(key: str) -> str:
    """Return what stands for a key in the index."""
    if len(key) <= _KEY_BYTES // 4:
        return key
    given = key.encode("utf-8", "surrogatepass")
    if len(given) <= _KEY_BYTES:
        return key
    return f"{key[:40]}\x00{blake2b(given, digest_size=16).hexdigest()}"


def encode_node(node: Node, space: str, seq: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the properties of a node, and its moments, as ISO 8601, by name.

    The server reads moments from text: the driver takes 50 µs to send one as what it is, which
    was a quarter of the time to load.
    """
    said: dict[str, Any] = node_properties(node)
    moments = {name: v.isoformat() for name, v in said.items() if isinstance(v, datetime)}
    for name in moments:
        del said[name]
    said["space"] = space
    said["seq"] = seq
    if keys := node.lookup_keys:
        said["lookup"] = index_key(keys[0])
    return said, moments


def extra_keys(node: Node) -> set[tuple[str, str, str]]:
    """Return (label, key, uid) of the keys of a node beyond its first."""
    first, *more = [index_key(key) for key in node.lookup_keys] or [""]
    return {(node.label, key, node.uid) for key in more if key != first}


def columns(labels: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Return the parameters that say which properties are read of nodes of the labels."""
    asked = {label: _properties(label) for label in labels}
    return {
        "names": {label: names for label, (names, _) in asked.items()},
        "moments": {label: moments for label, (_, moments) in asked.items()},
    }


@cache
def _properties(label: str) -> tuple[list[str], list[str]]:
    """Return the names of what nodes of a label say, and those of the moments that they say."""
    types = property_types(label)
    names = [name for name, kind in types.items() if kind != "datetime"]
    return names, [name for name in types if name not in names]


def decode_node(label: str, said: Sequence[Any]) -> Node:
    """Read a node.

    Args:
        said: its properties in the order of `columns`; moments as microseconds.

    Raises:
        StoreCorrupt: They are not those of such a node.
    """
    names, moments = _properties(label)
    known: dict[str, Any] = dict(zip(names, said[: len(names)], strict=True))
    known |= {
        name: None if value is None else _EPOCH + timedelta(microseconds=value)
        for name, value in zip(moments, said[len(names) :], strict=True)
    }
    known = {name: value for name, value in known.items() if value is not None}
    try:
        return node_from(label, known)
    except ValidationError as error:
        msg = (
            f"{label} {known.get('uid')} in the store cannot be read ({error.error_count()} "
            f"faults, first: {error.errors()[0]['msg']}); `graphmem doctor` says more"
        )
        raise StoreCorrupt(msg) from error


def decode_edge(
    key: EdgeKey, said: Sequence[Any], beyond: Mapping[str, float] | None = None
) -> Edge:
    """Read an edge.

    Args:
        key: its kind and ends.
        said: sources, shares, role, span.
        beyond: what sources contribute that it does not name itself.

    Raises:
        StoreCorrupt: They are not those of an edge.
    """
    kind, start, end = key
    sources, shares, role, span = said
    try:
        if beyond:
            whole = dict(sorted({**dict(zip(sources, shares, strict=True)), **beyond}.items()))
            sources, shares = list(whole), list(whole.values())
        known = {"sources": sources, "shares": shares, "role": role, "span": span}
        return edge_from(kind, start, end, known)
    except (ValidationError, ValueError, TypeError) as error:
        msg = f"edge {kind} {start} -> {end} cannot be read; `graphmem doctor` says more"
        raise StoreCorrupt(msg) from error


def encode_vector(vector: Vector) -> list[float]:
    """Return what is sent of a vector; float32 survive the way there and back bit by bit.

    Raises:
        InvalidInput: It is not one row of 1 to 4,096 finite float32.
    """
    vector.check()
    floats: list[float] = vector.values.tolist()
    return floats


def decode_vector(uid: str, floats: Sequence[float]) -> Vector:
    """Read a vector."""
    return Vector(uid, np.array(floats, dtype=np.float32))


def encode_key(key: EdgeKey) -> str:
    """Write an edge's key as "KIND start end"; a space within a uid is escaped."""
    plain = " ".join(key)
    if plain.count(" ") == 2 and "%" not in plain:
        return plain
    return " ".join(part.replace("%", "%25").replace(" ", "%20") for part in key)


def decode_key(text: str) -> EdgeKey:
    """Read what `encode_key` wrote.

    Raises:
        StoreCorrupt: It is nothing of the kind.
    """
    parts = [part.replace("%20", " ").replace("%25", "%") for part in text.split(" ")]
    kinds: dict[str, EdgeKind] = {kind: kind for kind in EDGE_KINDS}
    if len(parts) != 3 or parts[0] not in kinds:
        msg = f"{text[:80]!r} in the store is not an edge; `graphmem doctor` says more"
        raise StoreCorrupt(msg)
    return kinds[parts[0]], parts[1], parts[2]
