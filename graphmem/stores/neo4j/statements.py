"""The statements that ask for several labels or kinds at once.

Where a node has any of some labels, or an edge any of some kinds, each has an index: the server
looks into all of them. A branch of its own for each gives the same plan, and took the server three
to five times as long to make: most of a second for the feed, at its first use and again whenever
the database has grown.
"""

from __future__ import annotations

from functools import cache
from typing import LiteralString

from graphmem_queries.texts import each, text
from graphmem_schemas import EDGE_KINDS, EdgeKind, Node

__all__ = ["ALL_LABELS", "check_counts", "feed", "page_uids"]

ALL_LABELS = tuple(Node.registry)


@cache
def page_uids(labels: tuple[str, ...]) -> LiteralString:
    """Read which nodes of the labels come next: a branch each, as each index has an order."""
    return each(text("store/page_uids", label=label) for label in labels)


@cache
def check_counts() -> LiteralString:
    """Count what a space holds, without its counters."""
    branches: list[LiteralString] = []
    branches.extend(text("store/check_nodes", label=label) for label in ALL_LABELS)
    branches.extend(text("store/check_edges", kinds=(kind,)) for kind in EDGE_KINDS)
    return each(branches)


@cache
def feed(labels: tuple[str, ...], kinds: tuple[EdgeKind, ...], vectors: bool) -> LiteralString:
    """Read what changed within some commits."""
    branches: list[LiteralString] = [text("store/feed_removals")]
    if labels:
        branches.append(text("store/feed_nodes", labels=labels))
    if kinds:
        branches.append(text("store/feed_edges", kinds=kinds))
    if vectors:
        branches.append(text("store/feed_vectors", labels=ALL_LABELS))
    return each(branches)
