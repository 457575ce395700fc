"""The kinds of edges, what they may join, and one edge with its sources."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from graphmem_schemas.base import Count, Frozen, SourceKey

__all__ = ["EDGE_KINDS", "EDGE_RULES", "Edge", "EdgeKind", "edge_of"]

EdgeKind = Literal[
    "PART_OF", "NEXT", "MENTIONS", "EVIDENCED_BY", "ARGUMENT", "CAUSES", "SUBJECT", "OBJECT",
    "SUPERSEDES", "CONTRADICTS", "SAME_AS", "SIMILAR", "SHORT_FOR", "BROADER", "ABOUT", "FROM",
    "MEMBER", "MERGED_FROM", "SENT_TO", "SUPPORTED_BY", "CONTRADICTED_BY", "DERIVED_FROM",
    "USED",
]  # fmt: skip
EDGE_KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)

_ANY_FACT = ("Event", "Proposition", "Prescription", "Hyperedge", "Insight", "Interaction")
_ANY_USED = ("Passage", "Event", "Proposition", "Entity", "Prescription", "Insight", "Hyperedge")

EDGE_RULES: dict[EdgeKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "PART_OF": (("Passage", "Interaction"), ("Source", "Query")),
    "NEXT": (("Passage", "Event", "Interaction"), ("Passage", "Event", "Interaction")),
    "MENTIONS": (("Passage",), ("Entity",)),
    "EVIDENCED_BY": (_ANY_FACT, ("Passage",)),
    "ARGUMENT": (("Event",), ("Entity",)),
    "CAUSES": (("Event",), ("Event",)),
    "SUBJECT": (("Proposition",), ("Entity",)),
    "OBJECT": (("Proposition",), ("Entity",)),
    "SUPERSEDES": (("Proposition",), ("Proposition",)),
    "CONTRADICTS": (("Proposition",), ("Proposition",)),
    "SAME_AS": (("Entity",), ("Entity",)),
    "SIMILAR": (("Entity", "Query"), ("Entity", "Query")),
    "SHORT_FOR": (("Entity",), ("Entity",)),
    "BROADER": (("Concept",), ("Concept",)),
    "ABOUT": (("Prescription", "Proposition", "Insight", "Hyperedge"), ("Concept",)),
    "FROM": (("Prescription",), ("Query",)),
    "MEMBER": (("Hyperedge",), ("Entity", "Event", "Proposition")),
    "MERGED_FROM": (("Hyperedge",), ("Hyperedge",)),
    "SENT_TO": (("Interaction",), ("Interaction",)),
    "SUPPORTED_BY": (("Insight",), ("Query",)),
    "CONTRADICTED_BY": (("Insight",), ("Query",)),
    "DERIVED_FROM": (("Insight",), ("Insight",)),
    "USED": (("Query",), _ANY_USED),
}


# So small that no sum of them is infinite.
_Share = Annotated[float, Field(ge=0.0, le=1e100)]


class Edge(Frozen):
    """One typed, directed edge; there is at most one per (kind, start, end).

    Attributes:
        sources: what each source contributes to the weight, by source uid, so that adding
            and deleting a source adjusts the weight exactly. An edge lives while it has one.
            Keys of up to 300 characters, shares of 0 to 1e100.
        role: the role of the end node, on ARGUMENT and MEMBER edges; on EVIDENCED_BY edges of
            facts whose time someone else has found out, that time, as ISO 8601 "from/to" with
            ".." for an open end.
        span: character offsets of the evidence in the passage, on EVIDENCED_BY edges.
    """

    kind: EdgeKind
    start: str
    end: str
    sources: dict[SourceKey, _Share] = Field(min_length=1)
    role: str | None = None
    span: tuple[Count, Count] | None = None

    @property
    def weight(self) -> float:
        """The sum of what its sources contribute."""
        return sum(self.sources.values())


def _is_span(start: object, end: object) -> bool:
    return type(start) is int and type(end) is int and start >= 0 and end >= 0


_GIVEN = set(Edge.model_fields)
_put = object.__setattr__


def edge_of(
    kind: EdgeKind,
    start: str,
    end: str,
    sources: dict[str, float],
    role: str | None = None,
    span: tuple[int, int] | None = None,
) -> Edge:
    """Return an edge of values that were checked before, without looking at them again.

    A passage has some eighty edges, and to check one takes three times as long. It is for uids,
    names and weights of our own making; what else an extractor or a caller says is to be checked.
    A span, which extractors say, is looked at.

    Raises:
        ValidationError: The span is none.
    """
    if span is not None and not _is_span(*span):
        return Edge(kind=kind, start=start, end=end, sources=sources, role=role, span=span)
    edge = Edge.__new__(Edge)
    said = {
        "kind": kind, "start": start, "end": end, "sources": sources, "role": role, "span": span,
    }  # fmt: skip
    _put(edge, "__dict__", said)
    _put(edge, "__pydantic_fields_set__", _GIVEN)
    _put(edge, "__pydantic_extra__", None)
    _put(edge, "__pydantic_private__", None)
    return edge
