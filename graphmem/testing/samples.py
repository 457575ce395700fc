"""Small nodes, edges and vectors for tests of stores and views."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from graphmem.core.changes import Vector
from graphmem_schemas import (
    Concept,
    Edge,
    EdgeKind,
    Entity,
    Event,
    Hyperedge,
    Insight,
    Interaction,
    Node,
    Passage,
    Predicate,
    Prescription,
    Proposition,
    Query,
    Source,
)

__all__ = ["MOMENT", "edge", "entity", "one_of_each_label", "passage", "source", "vector"]

MOMENT = datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)


def entity(uid: str, *, name: str = "", aliases: tuple[str, ...] = ()) -> Entity:
    """Return an entity that is found by its name (its uid where none is given) and aliases."""
    name = name or uid
    return Entity(uid=uid, recorded_at=MOMENT, name=name, key=name.casefold(), aliases=aliases)


def passage(uid: str, *, text: str = "", source: str = "s", position: int = 0) -> Passage:
    """Return a passage, with its uid for a text where none is given."""
    return Passage(uid=uid, recorded_at=MOMENT, source=source, position=position, text=text or uid)


def source(uid: str, *, name: str = "") -> Source:
    """Return a document, with its uid for a name where none is given."""
    return Source(uid=uid, recorded_at=MOMENT, name=name or uid, kind="document")


def edge(
    start: str,
    end: str,
    *,
    kind: EdgeKind = "SIMILAR",
    sources: dict[str, float] | None = None,
    role: str | None = None,
) -> Edge:
    """Return an edge; one unit of weight from the source "s" where none is given."""
    given = {"s": 1.0} if sources is None else sources
    return Edge(kind=kind, start=start, end=end, sources=given, role=role)


def vector(uid: str, *values: float) -> Vector:
    """Return a vector of a node; not of unit length unless the values are."""
    return Vector(uid, np.array(values or (1.0, 0.0), dtype=np.float32))


def one_of_each_label() -> tuple[Node, ...]:
    """Return a node of every label, with every attribute set to something but its default."""
    common: dict[str, Any] = {"recorded_at": MOMENT}
    return (
        Source(
            uid="source", name="notes \U0001f4dd", kind="conversation", title="T", uri="file:n",
            at=MOMENT, trust=0.25, next_position=3, last_passage="passage", **common,
        ),
        Passage(
            uid="passage", source="source", position=2, text="Zoë\n said:\t“hi”\u200b\x00",
            ref="r", title="T", speaker="Zoë", at=MOMENT, language="en", **common,
        ),
        Event(
            uid="event", passage="passage", text="Zoë said hi", start=1, end=9, speaker="Zoë",
            happened_from=MOMENT, happened_to=MOMENT, granularity="day", place="entity", **common,
        ),
        Entity(
            uid="entity", name="Zoë", key="zoë", kind="person", aliases=("zoe", "z"),
            parts=("ë",), **common,
        ),
        Proposition(
            uid="proposition", text="Zoë likes tea", subject="entity", predicate="like",
            value="tea", negated=True, confidence=0.1, status="superseded", valid_from=MOMENT,
            valid_to=MOMENT, retired_at=MOMENT, released=True, **common,
        ),
        Predicate(
            uid="predicate", name="be in", key="be in", functional=True, inverse=("hold",),
            synonyms=("lie in",), value_type="entity", learnt=True, **common,
        ),
        Concept(uid="concept", name="Tea", key="tea", aliases=("chai",), given=True, **common),
        Prescription(
            uid="prescription", text="Brew", when="thirsty", when_not="late", steps=("a", "b"),
            uses=3, successes=2, source="source", position=3, skeleton="x", **common,
        ),
        Hyperedge(
            uid="hyperedge", kind="meeting", text="They met", ordered=True,
            members=("entity", "event", "entity"), **common,
        ),
        Interaction(
            uid="interaction", query="query", position=4, agent="a", action="look",
            observation="saw", reward=-0.5, at=MOMENT, noop=True, **common,
        ),
        Query(
            uid="query", text="find tea", outcome="failure", score=0.3, source="source",
            shown=("tea",), slots=("tea",), skeleton="find _", steps=("look",), **common,
        ),
        Insight(
            uid="insight", text="tea helps", when="thirsty", steps=("boil", "pour"), kind="avoid",
            skeleton="find _", alpha=2.5, beta=1.5, **common,
        ),
    )  # fmt: skip
