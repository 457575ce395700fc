"""Parts of a graph as somebody looks at them: nodes, what is around them, what they rest on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from graphmem_schemas.base import Count, Frozen, Timestamp
from graphmem_schemas.edges import Edge, EdgeKind
from graphmem_schemas.events import Event
from graphmem_schemas.evidence import Passage, Source
from graphmem_schemas.hierarchy import Insight, Interaction, Query
from graphmem_schemas.hypergraph import Hyperedge
from graphmem_schemas.knowledge import (
    Concept,
    Entity,
    Predicate,
    Prescription,
    Proposition,
)

__all__ = [
    "AnyNode",
    "CypherTable",
    "EvidencePage",
    "EvidencePassage",
    "GraphNode",
    "GraphPage",
    "NamedParameter",
    "NamedQuery",
    "NeighbourPage",
    "NodeState",
    "SourcePage",
    "StoredNode",
]

AnyNode = (
    Source
    | Passage
    | Event
    | Entity
    | Proposition
    | Predicate
    | Prescription
    | Concept
    | Hyperedge
    | Query
    | Interaction
    | Insight
)


class StoredNode(Frozen):
    """A node as it is stored, with the label that its fields belong to."""

    label: str
    node: AnyNode


class NodeState(Frozen):
    """One state in the history of a node, oldest first; see `Change`."""

    at: Timestamp
    what: str
    label: str
    node: AnyNode


class GraphNode(Frozen):
    """A node as far as it is drawn.

    Attributes:
        text: its name, or the beginning of what it says, 120 characters at most.
        kind: of an entity, a source, a hyperedge or an insight.
        status: of a fact, or the outcome of a run.
        at: world time: when it was said, when it happened, or from when on it held.
        until: exclusive world time until which it held, or the end of when it happened.
        recorded_at: system time: since when the memory knows it.
        retired_at: system time since when a fact is not believed any more.
        holds: of a fact: whether it held at the moment that was asked about.
    """

    uid: str
    label: str
    text: str
    kind: str | None = None
    status: str | None = None
    at: Timestamp | None = None
    until: Timestamp | None = None
    recorded_at: Timestamp
    retired_at: Timestamp | None = None
    holds: bool | None = None


class GraphPage(Frozen):
    """Nodes with the edges among them, in a form that stays small where there are many.

    Ends of edges are positions: `nodes` are counted from 0, and `outside` goes on from there.

    Attributes:
        seq: the newest commit of the space when the page was begun.
        nodes: sorted by uid.
        outside: uids of further nodes that an edge of these leads to: on another page, of
            another layer, or further away.
        kinds: of the edges.
        edges: (kind, start, end), each a position in `kinds` or among the nodes. An edge comes
            once, on the page of its start. Around some nodes: those among the nodes shown.
        cut: whether there were more nodes around than a page may hold.
        next: cursor of the next page; None, or left out, where this is the last.
    """

    seq: Count
    nodes: tuple[GraphNode, ...] = ()
    outside: tuple[str, ...] = ()
    kinds: tuple[EdgeKind, ...] = ()
    edges: tuple[tuple[Count, Count, Count], ...] = ()
    cut: bool = False
    next: str | None = None


class NeighbourPage(Frozen):
    """The edges of a node, sorted by kind, start and end, and what is at their other ends."""

    uid: str
    edges: tuple[Edge, ...] = ()
    nodes: tuple[GraphNode, ...] = ()
    next: str | None = None


class EvidencePassage(Frozen):
    """A passage that a node rests on.

    Attributes:
        source: name of the passage's source.
        spans: offsets (start, exclusive end) of the words that say it, in Unicode characters (and
            not in UTF-16 units, as JavaScript counts), in order; none where all of it does.
    """

    passage: Passage
    source: str | None = None
    source_title: str | None = None
    spans: tuple[tuple[Count, Count], ...] = ()


class EvidencePage(Frozen):
    """The passages that a node rests on, by source and position."""

    uid: str
    label: str
    passages: tuple[EvidencePassage, ...] = ()
    next: str | None = None


class SourcePage(Frozen):
    """Sources, by name."""

    sources: tuple[Source, ...] = ()
    next: str | None = None


class CypherTable(Frozen):
    """What a statement found.

    Attributes:
        rows: a value for each column. A node is an object with `label` and what it says, an edge
            one with `kind`, a path one with `nodes` and `edges`.
        cut: whether there were more rows than the limit, or than an answer may be large.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    cut: bool = False


class NamedParameter(Frozen):
    """A parameter of a named query; it must be given where there is no default."""

    name: str
    type: Literal["string", "entity", "concept", "integer", "float", "datetime", "strings"]
    meaning: str
    default: str | int | float | datetime | tuple[str, ...] | None = None


class NamedQuery(Frozen):
    """A question of the catalogue, which is asked by its name."""

    name: str
    question: str
    parameters: tuple[NamedParameter, ...] = ()
    columns: tuple[str, ...] = Field(min_length=1)
