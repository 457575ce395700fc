"""What changed since a passage was said is said beside it, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graphmem.core.changes import Changes
from graphmem.reading.changed import since_changed
from graphmem.stores.memory import MemoryStore
from graphmem_schemas import Edge, Entity, Node, Passage, Proposition
from graphmem_schemas.knowledge import PropositionStatus

SPACE = "s"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def fact(uid: str, text: str, status: PropositionStatus, year: int) -> Proposition:
    return Proposition(
        uid=uid, recorded_at=NOW, text=text, subject="ann", predicate="live in", value=text,
        status=status, valid_from=datetime(year, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def store_of(
    facts: list[Proposition], evidence: dict[str, str], supersedes: list[tuple[str, str]]
) -> MemoryStore:
    """Return a store.

    Args:
        evidence: from a fact to the passages that state it, blanks between them.
        supersedes: (newer, older) pairs.
    """
    store = MemoryStore()
    edges = [
        Edge(kind="EVIDENCED_BY", start=uid, end=passage, sources={"x": 1.0})
        for uid, passages in evidence.items()
        for passage in passages.split()
    ] + [
        Edge(kind="SUPERSEDES", start=new, end=old, sources={"x": 1.0}) for new, old in supersedes
    ]
    nodes: list[Node] = [
        Entity(uid="ann", recorded_at=NOW, name="Ann", key="ann"),
        *(
            Passage(uid=uid, recorded_at=NOW, source="s", position=0, text=uid)
            for uid in sorted({uid for uids in evidence.values() for uid in uids.split()})
        ),
    ]
    store.apply(SPACE, lambda _: Changes((*nodes, *facts), tuple(edges)))
    return store


FACTS = [
    fact("f0", "Ann lives in Berlin", "superseded", 2020),
    fact("f1", "Ann lives in Lisbon", "superseded", 2021),
    fact("f2", "Ann lives in Porto", "current", 2022),
]
CHAIN = [("f1", "f0"), ("f2", "f1")]


def test_the_remark_names_the_fact_that_holds_in_the_end() -> None:
    store = store_of(FACTS, {"f0": "p0", "f1": "p1", "f2": "p2"}, CHAIN)
    latest = "since 2022-01-01: Ann lives in Porto"
    assert since_changed(["p0", "p1", "p2"], store, SPACE, NOW) == {"p0": latest, "p1": latest}
    assert since_changed([], store, SPACE, NOW) == {}


def test_a_passage_that_tells_of_the_change_has_no_remark() -> None:
    store = store_of(FACTS, {"f0": "both", "f1": "p1", "f2": "both"}, CHAIN)
    assert since_changed(["both"], store, SPACE, NOW) == {}


def test_what_has_become_so_again_has_no_remark() -> None:
    again = [*FACTS, fact("f3", "Ann lives in Berlin", "current", 2023)]
    store = store_of(again, {"f0": "p0", "f1": "p1"}, [*CHAIN, ("f3", "f2")])
    assert since_changed(["p0", "p1"], store, SPACE, NOW) == {
        "p1": "since 2023-01-01: Ann lives in Berlin"
    }


@pytest.mark.parametrize("status", ["retired", "quarantined"])
def test_what_was_retracted_is_not_said(status: PropositionStatus) -> None:
    store = store_of(
        [FACTS[0], fact("f1", "Ann lives on the moon", status, 2021)], {"f0": "p0"}, [("f1", "f0")]
    )
    assert since_changed(["p0"], store, SPACE, NOW) == {}


def test_what_is_only_to_come_has_changed_nothing_yet() -> None:
    to_come = [*FACTS, fact("f3", "Ann lives in Rome", "current", 2027)]
    store = store_of(to_come, {"f0": "p0", "f2": "p2", "f3": "p3"}, [*CHAIN, ("f3", "f2")])
    asked = ["p0", "p2", "p3"]
    assert since_changed(asked, store, SPACE, NOW) == {
        "p0": "since 2022-01-01: Ann lives in Porto"
    }
    then = datetime(2027, 1, 1, tzinfo=UTC)
    in_rome = "since 2027-01-01: Ann lives in Rome"
    assert since_changed(asked, store, SPACE, then) == {"p0": in_rome, "p2": in_rome}
