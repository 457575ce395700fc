"""The hypergraph layer: n-ary relations with an identity of their own."""

from __future__ import annotations

from graphmem_schemas.base import Node

__all__ = ["Hyperedge"]


class Hyperedge(Node):
    """An n-ary relation; its members hang on it by `MEMBER {role}` edges.

    Attributes:
        members: their uids in the order in which they were given; one may come twice.
        ordered: whether that order means anything.
    """

    kind: str
    text: str
    ordered: bool = False
    members: tuple[str, ...] = ()
