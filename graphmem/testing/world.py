"""A small graph with every label, every kind of edge, and names that try to break out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from graphmem.core.changes import Changes
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

__all__ = ["WORLD_PARAMETERS", "world"]

_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
_ODD = 'O\'Neil "Q" `x` $space \\ {set: 1} // [a, b] \u00e9\n'

WORLD_PARAMETERS: dict[str, Any] = {
    "entity": "Mara",
    "other": "Lisbon",
    "date": "2024-01-20",
    "since": "2024-01-01",
    "until": "2025-01-01",
    "source": "diary",
    "speaker": "Mara",
    "predicate": "live in",
    "concept": "drinks",
    "runs": "run-0,run-1",
}
"""What a query of the catalogue is asked with; `uid` depends on the query."""


def world(name: str) -> Changes:
    """Return the graph.

    Args:
        name: comes before every uid and stands in every text, so that two worlds share nothing.
    """
    nodes = tuple(_nodes(name))
    return Changes(nodes=nodes, edges=tuple(_edges(name)))


def _day(n: int) -> datetime:
    return _MOMENT + timedelta(days=n)


def _nodes(name: str) -> Iterator[Node]:
    def common(uid: str, day: int = 0) -> dict[str, Any]:
        return {"uid": f"{name}{uid}", "recorded_at": _day(day)}

    yield Source(
        **common("s0"), name="diary", kind="conversation", title=f"{name} diary", trust=0.5
    )
    yield Source(**common("s1"), name=f"{name}{_ODD}", kind="document", at=_day(1))
    for at in range(4):
        yield Passage(
            **common(f"p{at}", at), source=f"{name}s{at % 2}", position=at // 2, at=_day(at),
            text=f"{name} passage {at}: {_ODD}", speaker="Mara" if at % 2 else None, language="en",
        )  # fmt: skip
    yield Entity(**common("mara"), name="Mara", key="mara", kind="person", aliases=("m. o, [x]",))
    yield Entity(**common("lisbon"), name="Lisbon", key="lisbon", kind="place", parts=("lis",))
    yield Entity(**common("lis"), name="Lis", key="lis", kind="place")
    yield Entity(**common("lis2"), name="LIS", key="lis", kind="object", aliases=("lx", "l x"))
    yield Entity(**common("odd"), name=_ODD, key=_ODD.casefold())
    for at in range(3):
        yield Event(
            **common(f"v{at}", at), passage=f"{name}p{at}", text=f"{name} event {at}", start=0,
            end=4, happened_from=_day(at), happened_to=_day(at + 1) if at else None,
        )  # fmt: skip
    yield from _knowledge(name)
    yield from _hierarchy(name)


def _knowledge(name: str) -> Iterator[Node]:
    def fact(uid: str, day: int, **said: Any) -> Proposition:
        said.setdefault("text", f"{name} fact {uid}")
        return Proposition(
            uid=f"{name}{uid}", recorded_at=_day(day), subject=f"{name}mara", valid_from=_day(day),
            **said,
        )  # fmt: skip

    home: dict[str, Any] = {"predicate": "live in", "object": f"{name}lisbon"}
    yield fact("f0", 0, **home, status="superseded", valid_to=_day(10), confidence=0.3)
    yield fact("f1", 10, **home, negated=True)
    yield fact("f2", 12, predicate="like", value=_ODD, confidence=0.25, text=f"{name} {_ODD}")
    yield fact(
        "f3", 14, predicate="like", value="rain", status="contradicted", retired_at=_day(20)
    )
    common: dict[str, Any] = {"recorded_at": _day(3)}
    yield Predicate(
        uid=f"{name}in", name="live in", key="live in", functional=True, synonyms=("dwell in",),
        **common,
    )  # fmt: skip
    yield Concept(uid=f"{name}drinks", name="Drinks", key="drinks", **common)
    yield Concept(uid=f"{name}tea", name="Tea", key="tea", **common)
    yield Concept(uid=f"{name}green", name="Green tea", key="green tea", **common)
    for at in range(2):
        yield Prescription(
            uid=f"{name}how{at}", text=f"{name} how {at}", when="thirsty", when_not="late",
            steps=("boil, then [pour]", "wait") if at else (), uses=3, successes=at, **common,
        )  # fmt: skip
    yield Hyperedge(
        uid=f"{name}h0", kind="meeting", text=f"{name} they met", ordered=True, **common
    )
    yield Hyperedge(uid=f"{name}h1", kind="meeting", text=f"{name} they met again", **common)


def _hierarchy(name: str) -> Iterator[Node]:
    common: dict[str, Any] = {"recorded_at": _day(4)}
    for at in range(2):
        run = f"{name}run-{at}"
        yield Query(
            uid=run, text=f"{name} task {at}", outcome="failure" if at else "success",
            score=at / 3, **common,
        )  # fmt: skip
        yield Interaction(
            uid=f"{name}i{at}", query=run, position=at, agent="a", action="look",
            observation=_ODD, reward=-0.5, at=_day(4), **common,
        )  # fmt: skip
        yield Insight(
            uid=f"{name}n{at}", text=f"{name} lesson {at}", alpha=2.5, beta=at + 1, **common
        )


def _edges(name: str) -> Iterator[Edge]:
    def edge(kind: EdgeKind, start: str, end: str, **said: Any) -> Edge:
        said.setdefault("sources", {f"{name}s0": 1.0})
        return Edge(kind=kind, start=f"{name}{start}", end=f"{name}{end}", **said)

    both = {f"{name}s1": 0.25, f"{name}s0": 0.5}
    for at in range(4):
        yield edge("PART_OF", f"p{at}", f"s{at % 2}")
        yield edge("MENTIONS", f"p{at}", "mara", sources=both)
    yield edge("NEXT", "p0", "p2")
    yield edge("MENTIONS", "p0", "lisbon", sources={_ODD: 1.5})
    for at, fact in enumerate(("f0", "f1", "f2")):
        yield edge("SUBJECT", fact, "mara")
        yield edge("EVIDENCED_BY", fact, f"p{at}", span=(0, 5 + at))
    yield edge("EVIDENCED_BY", "f0", "p2")
    for start in ("v0", "how0", "h0"):
        yield edge("EVIDENCED_BY", start, "p1")
    yield edge("OBJECT", "f0", "lisbon")
    yield edge("OBJECT", "f1", "lisbon", role="object")
    for event in ("v0", "v1"):
        yield edge("ARGUMENT", event, "mara", role=_ODD)
        yield edge("ARGUMENT", event, "lisbon", role="place")
    yield from _higher_edges(edge)


def _higher_edges(edge: Any) -> Iterator[Edge]:
    for kind, start, end in (
        ("CAUSES", "v0", "v1"), ("CAUSES", "v1", "v2"), ("NEXT", "v0", "v1"), ("NEXT", "i0", "i1"),
        ("SUPERSEDES", "f1", "f0"), ("CONTRADICTS", "f2", "f3"), ("SAME_AS", "lis", "lis2"),
        ("SIMILAR", "lis", "lis2"), ("SIMILAR", "run-0", "run-1"), ("SHORT_FOR", "lis", "lisbon"),
        ("BROADER", "tea", "drinks"), ("BROADER", "green", "tea"), ("ABOUT", "how0", "drinks"),
        ("ABOUT", "f2", "drinks"), ("FROM", "how0", "run-0"), ("MERGED_FROM", "h1", "h0"),
        ("SENT_TO", "i0", "i1"), ("PART_OF", "i0", "run-0"), ("PART_OF", "i1", "run-1"),
        ("SUPPORTED_BY", "n0", "run-0"), ("CONTRADICTED_BY", "n1", "run-1"),
        ("SUPPORTED_BY", "n1", "run-0"), ("DERIVED_FROM", "n1", "n0"),
        ("USED", "run-1", "how0"), ("USED", "run-1", "f2"),
    ):  # fmt: skip
        yield edge(kind, start, end)
    for member in ("mara", "v0", "f0"):
        yield edge("MEMBER", "h0", member, role=member)
