"""The statements that have a branch for each label or kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import LiteralString

from graphmem.core.property_graph import property_types
from graphmem_queries.texts import columns, each, text
from graphmem_schemas import EDGE_KINDS, EdgeKind, Node

__all__ = [
    "check_counts", "feed", "find", "get", "in_degrees", "locate", "neighbours", "page_edges",
    "page_of_edges", "page_uids",
]  # fmt: skip


@cache
def get(labels: tuple[str, ...]) -> LiteralString:
    """Read nodes of any of the labels."""
    return each(
        text("store/get", label=label, columns=columns(property_types(label))) for label in labels
    )


@cache
def locate(labels: tuple[str, ...]) -> LiteralString:
    """Find where nodes of any of the labels are."""
    return each(text("store/locate", label=label) for label in labels)


def find(label: str) -> LiteralString:
    """Find nodes of a label by their keys."""
    return text("store/find", label=label)


@cache
def in_degrees(labels: tuple[str, ...], kinds: tuple[EdgeKind, ...]) -> LiteralString:
    """Count the edges that end at nodes of any of the labels."""
    return each(text("store/in_degrees", label=label, kinds=kinds) for label in labels)


@cache
def neighbours(kinds: tuple[EdgeKind, ...]) -> LiteralString:
    """Read the edges at nodes; no kinds are all kinds."""
    return each(text("store/neighbours", label=label, kinds=kinds) for label in Node.registry)


@cache
def page_uids(labels: tuple[str, ...]) -> LiteralString:
    """Read which nodes of the labels come next."""
    return each(text("store/page_uids", label=label) for label in labels)


@cache
def page_edges(labels: tuple[str, ...]) -> LiteralString:
    """Read the ends of the edges that start at nodes of the labels."""
    return each(text("store/page_edges", label=label, kinds=EDGE_KINDS) for label in labels)


@cache
def page_of_edges(kinds: tuple[EdgeKind, ...]) -> LiteralString:
    """Read which edges at a node come next; no kinds are all kinds."""
    return each(text("store/page_of_edges", label=label, kinds=kinds) for label in Node.registry)


@cache
def check_counts() -> LiteralString:
    """Count what a space holds, without its counters."""
    branches: list[LiteralString] = []
    branches.extend(text("store/check_nodes", label=label) for label in Node.registry)
    branches.extend(text("store/check_edges", kinds=(kind,)) for kind in EDGE_KINDS)
    return each(branches)


@cache
def feed(labels: Sequence[str], kinds: Sequence[EdgeKind], vectors: bool) -> LiteralString:
    """Read what changed within some commits."""
    branches: list[LiteralString] = [text("store/feed_removals")]
    branches.extend(
        text("store/feed_nodes", label=label, columns=columns(property_types(label)))
        for label in labels
    )
    branches.extend(text("store/feed_edges", kinds=(kind,)) for kind in kinds)
    if vectors:
        branches.extend(text("store/feed_vectors", label=label) for label in Node.registry)
    return each(branches)
