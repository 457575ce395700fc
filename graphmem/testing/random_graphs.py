"""Random small graphs of all labels and kinds, for property tests with hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin

import numpy as np
from hypothesis import strategies as st

from graphmem.core.changes import Changes, Vector
from graphmem.core.property_graph import PropertyType, property_types
from graphmem_schemas import EDGE_RULES, Edge, EdgeKind, Node

__all__ = ["DIMENSION", "changes", "nodes"]

DIMENSION = 3

# What breaks quoting, escaping and splitting in one format or another.
_SPICE = st.sampled_from(
    ["", "é", "\U0001f600", '"', "'", "\\", "\\u0041", "\n", "\r\n", "\t", "\x00", "\x1b",
     "\u2028", "\ufeff", "\ufffe", "<b>&amp;", "]]>", "; ", "`", "${x}", "%20", "{|}", "@en",
     "^^", "#", "."]
)  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=["Cs"])
_TEXTS = st.tuples(st.text(_CHARACTERS, max_size=8), _SPICE).map("".join)
_NAMES = _TEXTS.map(lambda text: f"n{text}")
_UIDS = st.one_of(
    st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}"),
    _TEXTS.map(lambda text: f"u{text}"),
)
_MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)
)
_SHARES = st.floats(min_value=1e-9, max_value=1e9)
_SPECIAL = {
    "uid": _UIDS,
    "name": _NAMES,
    "key": _NAMES,
    "aliases": st.lists(_NAMES, max_size=3).map(tuple),
    "parts": st.lists(_NAMES, max_size=2).map(tuple),
    # igraph reads no number closer to 0 than the normal ones.
    "trust": st.floats(0.0, 1.0, allow_subnormal=False),
    "confidence": st.floats(0.0, 1.0, allow_subnormal=False),
    "alpha": _SHARES,
    "beta": _SHARES,
    "score": st.floats(0.0, 1.0, allow_subnormal=False),
}
_INTERVALS = (("valid_from", "valid_to"), ("happened_from", "happened_to"))
_TYPES: dict[PropertyType, st.SearchStrategy[Any]] = {
    "string": _TEXTS,
    "strings": st.lists(_TEXTS, max_size=3).map(tuple),
    "datetime": _MOMENTS,
    "integer": st.integers(0, 2**31 - 1),
    "float": st.floats(-1e6, 1e6, allow_subnormal=False),
    "boolean": st.booleans(),
}

_ONE_WAY: frozenset[EdgeKind] = frozenset(("BROADER", "SUPERSEDES"))


@st.composite
def nodes(draw: st.DrawFn, label: str) -> Node:
    """Draw a node of the label, with any of its optional attributes."""
    model = Node.registry[label]
    said: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.is_required() or draw(st.booleans()):
            said[name] = draw(_of(label, name))
    if label == "Proposition" and said.get("object") is not None:
        said["value"] = None
    for first, last in _INTERVALS:
        if said.get(first) and said.get(last):
            said[first], said[last] = sorted((said[first], said[last]))
    return model.model_validate(said)


@st.composite
def changes(draw: st.DrawFn, max_nodes: int = 6) -> Changes:
    """Draw a graph whose edges join what the rules say, with vectors of unit length."""
    labels = draw(st.lists(st.sampled_from(sorted(Node.registry)), max_size=max_nodes))
    drawn = {node.uid: node for node in (draw(nodes(label)) for label in labels)}
    edges: dict[tuple[str, str, str], Edge] = {}
    for _ in range(draw(st.integers(0, 2 * len(drawn)))):
        start, end = (draw(st.sampled_from(sorted(drawn))) for _ in "ab")
        # None of some kinds leads back to where it began.
        unwanted = _ONE_WAY if start >= end else frozenset[EdgeKind]()
        kinds = _kinds(drawn[start].label, drawn[end].label, unwanted)
        if kinds:
            edge = draw(_edges(draw(st.sampled_from(kinds)), start, end))
            edges[edge.kind, start, end] = edge
    with_vector = draw(st.sets(st.sampled_from(sorted(drawn)))) if drawn else set[str]()
    return Changes(
        nodes=tuple(drawn.values()),
        edges=tuple(edges.values()),
        vectors=tuple(_vector(uid, draw(st.integers(0, 9))) for uid in sorted(with_vector)),
    )


def _kinds(start: str, end: str, unwanted: frozenset[EdgeKind]) -> list[EdgeKind]:
    return [
        kind
        for kind, (starts, ends) in EDGE_RULES.items()
        if start in starts and end in ends and kind not in unwanted
    ]


@st.composite
def _edges(draw: st.DrawFn, kind: EdgeKind, start: str, end: str) -> Edge:
    spans = st.tuples(st.integers(0, 99), st.integers(0, 99))
    return Edge(
        kind=kind, start=start, end=end,
        sources=draw(st.dictionaries(_TEXTS, _SHARES, min_size=1, max_size=3)),
        role=draw(st.none() | _TEXTS), span=draw(st.none() | spans),
    )  # fmt: skip


def _vector(uid: str, turn: int) -> Vector:
    values = np.array([np.cos(turn), np.sin(turn), 0.0], dtype=np.float32)
    return Vector(uid, values)


def _of(label: str, name: str) -> st.SearchStrategy[Any]:
    """Return what an attribute of a label may be, within its bounds."""
    field = Node.registry[label].model_fields[name]
    for annotation in (field.annotation, *get_args(field.annotation)):
        if get_origin(annotation) is Literal:
            words = st.sampled_from(get_args(annotation))
            return words if field.default is not None else st.none() | words
    found = _SPECIAL[name] if name in _SPECIAL else _TYPES[property_types(label)[name]]
    return found if field.is_required() or field.default is not None else st.none() | found
