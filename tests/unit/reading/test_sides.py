"""What passages say against each other, by their facts and by plain denial."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from graphmem import Memory
from graphmem.core.changes import Changes, Vector
from graphmem.core.terms import terms
from graphmem.reading.engine import Engine
from graphmem.reading.newer import newer_first
from graphmem.reading.sides import _chains, denials, marked, stated_by, stated_sides
from graphmem.reading.then import facts_first
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.text import TextView
from graphmem.views.vectors import VectorView
from graphmem_schemas import (
    Edge,
    Entity,
    Hit,
    Passage,
    Proposition,
    SearchRequest,
    Source,
)

SPACE = "s"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUESTION = "Have I written Flask routes?"
TELLS = "I wrote Flask routes for the home page."
DENIES = "I have never written any Flask routes, where do I begin?"


def shares(question: str) -> dict[str, float]:
    asked = dict.fromkeys(terms(question))
    return {term: 1.0 / len(asked) for term in asked}


def passage(uid: str, text: str, position: int = 0, speaker: str | None = "user") -> Passage:
    return Passage(
        uid=uid, recorded_at=NOW, source="s", position=position, text=text, speaker=speaker,
        at=NOW + timedelta(days=position),
    )  # fmt: skip


def hits_of(*passages: Passage) -> list[Hit]:
    return [
        Hit(uid=p.uid, kind="passage", text=p.text, score=9.0 - at)
        for at, p in enumerate(passages)
    ]


def found(*passages: Passage) -> frozenset[tuple[str, str]]:
    by_uid = {p.uid: p for p in passages}
    return denials(hits_of(*passages), by_uid, shares(QUESTION))


def test_a_denial_stands_against_what_tells_of_it() -> None:
    assert found(passage("a", TELLS), passage("b", DENIES)) == {("a", "b"), ("b", "a")}


@pytest.mark.parametrize(
    "other",
    [
        passage("b", "I have never been to Rome."),
        passage("b", "I never sleep. Flask routes are fun."),
        passage("b", DENIES, speaker="assistant"),
        passage("b", DENIES, speaker=None),
    ],
)
def test_what_denies_something_else_stands_against_nothing(other: Passage) -> None:
    assert not found(passage("a", TELLS), other)


def test_hits_say_what_speaks_against_them() -> None:
    hits = hits_of(passage("a", TELLS), passage("b", DENIES), passage("c", "Hello."))
    told = marked(hits, frozenset({("a", "b"), ("b", "a"), ("c", "gone")}))
    assert [hit.opposed_to for hit in told] == [("b",), ("a",), ()]


FACTS = {
    "f0": ("Ann lives in Rome", "old"), "f1": ("Ann lives in Oslo", "new"),
    "f2": ("Ann likes tea", "old"), "f3": ("Ann likes no tea", "new"),
}  # fmt: skip


def store(moved: datetime | None = None) -> MemoryStore:
    edges = [
        Edge(kind="EVIDENCED_BY", start=uid, end=where, sources={"x": 1.0})
        for uid, (_, where) in FACTS.items()
    ]
    edges += [
        Edge(kind="SUPERSEDES", start="f1", end="f0", sources={"x": 1.0}),
        Edge(kind="CONTRADICTS", start="f2", end="f3", sources={"x": 1.0}),
    ]
    facts = [
        Proposition(
            uid=uid, recorded_at=NOW, text=text, subject="ann", predicate="be", value=text,
            valid_from=moved if uid == "f1" else None,
        )
        for uid, (text, _) in FACTS.items()
    ]  # fmt: skip
    passages = [
        passage("old", "When I was young it was Rome, and tea.", 1),
        passage("new", "Oslo it is, and tea no more.", 9),
    ]
    nodes = [
        Source(uid="s", recorded_at=NOW, name="s", kind="conversation"),
        Entity(uid="ann", recorded_at=NOW, name="Ann", key="ann"),
        *passages,
        *facts,
    ]
    vectors = [Vector(p.uid, np.eye(64, dtype=np.float32)[n]) for n, p in enumerate(passages)]
    made = MemoryStore()
    made.apply(SPACE, lambda _: Changes(tuple(nodes), tuple(edges), tuple(vectors)))
    return made


def test_facts_about_the_question_tell_which_passage_is_newer_or_against() -> None:
    made = store()
    both, one = (stated_by(asked, made, SPACE) for asked in (["old", "new"], ["old"]))
    sides = stated_sides(both, shares("Where does Ann live?"), made, SPACE, NOW)
    assert sides.newer == {("new", "old")}
    tea = stated_sides(both, shares("like tea"), made, SPACE, NOW)
    assert not tea.newer
    assert tea.against == {("old", "new"), ("new", "old")}
    assert not stated_sides(one, shares("Where does Ann live?"), made, SPACE, NOW).newer
    assert not stated_sides(stated_by([], made, SPACE), {}, made, SPACE, NOW).newer


def test_what_is_only_to_come_is_not_newer_yet() -> None:
    made = store(NOW + timedelta(days=1))
    stated = stated_by(["old", "new"], made, SPACE)
    asked = stated, shares("Where does Ann live?"), made, SPACE
    before, after = (stated_sides(*asked, NOW + timedelta(days=days)) for days in (0, 1))
    assert (before.newer, before.still) == (set(), {("old", "new")})
    assert (after.newer, after.still) == ({("new", "old")}, set())
    tea = stated_sides(stated, shares("like tea"), made, SPACE, NOW)
    assert not tea.still


def test_what_held_then_passes_all_that_took_its_place_later() -> None:
    hits = [
        Hit(uid=uid, kind="passage", text=uid, score=score)
        for uid, score in (("new", 3.0), ("other", 2.0), ("old", 1.0), ("last", 0.5))
    ]
    found = facts_first(hits, frozenset({("old", "new"), ("old", "last"), ("x", "new")}), "then")
    assert [(hit.uid, hit.score) for hit in found] == [
        ("old", 3.0), ("new", 2.0), ("other", 1.0), ("last", 0.5)
    ]  # fmt: skip
    assert [part.name for hit in found for part in hit.parts] == ["then"] * 3
    assert facts_first(hits, frozenset(), "then") == tuple(hits)
    # What contradicts itself moves, and yet comes to an end.
    both = frozenset({("old", "new"), ("new", "old")})
    assert {hit.uid for hit in facts_first(hits, both, "then")} == {hit.uid for hit in hits}


def test_a_chain_of_facts_is_one_though_its_middle_is_not_among_the_passages() -> None:
    names = (("a", "b"), ("b", "c"), ("x", "y"), ("z", "a"))
    edges = [Edge(kind="SUPERSEDES", start=a, end=b, sources={"s": 1.0}) for a, b in names]
    assert sorted(map(sorted, _chains(edges))) == [["a", "b", "c", "z"], ["x", "y"]]


def test_what_took_the_place_of_what_took_a_facts_place_is_newer_than_both() -> None:
    with Memory("memory://") as memory:
        for at, text in (
            ("2024-01-03", "I live in Malmö."),
            ("2024-04-13", "I moved to Gothenburg yesterday."),
            ("2024-09-15", "I moved to Uppsala."),
        ):
            memory.add([{"speaker": "Vera", "text": text}], at=datetime.fromisoformat(at))
        hits = memory.search("Where does Vera live?").hits
    towns = [hit.text.rstrip(".").replace(" yesterday", "").split()[-1] for hit in hits]
    assert towns == ["Uppsala", "Gothenburg", "Malmö"]


def test_what_took_a_facts_place_comes_before_it() -> None:
    old, new = passage("old", "Rome.", 1, None), passage("new", "Oslo.", 9, None)
    by_uid, weights = {"old": old, "new": new}, shares("Where does Ann live?")
    hits = hits_of(old, new)
    known = frozenset({("new", "old")})
    ranked = newer_first("Where does Ann live?", hits, by_uid, {}, weights, known)
    assert [hit.uid for hit in ranked] == ["new", "old"]
    wrong = frozenset({("old", "new")})  # an earlier passage is never newer
    assert newer_first("Where does Ann live?", hits, by_uid, {}, weights, wrong) == tuple(hits)


def test_a_search_marks_both_sides_and_a_context_says_so() -> None:
    embedder = FakeEmbedder(64)
    passages = [passage("a", TELLS, 1), passage("b", DENIES, 5), passage("c", "Rain all day.", 9)]
    made = MemoryStore()
    nodes = [Source(uid="s", recorded_at=NOW, name="s", kind="conversation"), *passages]
    vectors = [Vector(p.uid, embedder.embed([p.text])[0]) for p in passages]
    made.apply(SPACE, lambda _: Changes(tuple(nodes), (), tuple(vectors)))
    text, near = TextView(SPACE, None), VectorView(SPACE, embedder.dimension, None)
    walk = AdjacencyView(SPACE, None, {"MENTIONS": 1.0})

    def catch_up() -> int:
        for view in (text, near, walk):
            view.refresh(made)
        return made.seq(SPACE)

    engine = Engine(made, made, SPACE, text, near, walk, catch_up, embedder, FixedClock(NOW))
    hits = {hit.uid: hit for hit in engine.search(SearchRequest(question=QUESTION)).hits}
    assert (hits["a"].opposed_to, hits["b"].opposed_to) == (("b",), ("a",))
    assert not hits["c"].opposed_to
    context = engine.context(SearchRequest(question=QUESTION)).text
    assert context.count("the opposite is said, too") == 2
    ordered = engine.search(SearchRequest(question="In what order did I see rain, Flask routes?"))
    assert ordered.trace.mode == "chronological"
    assert [hit.uid for hit in ordered.hits] == ["a", "b", "c"]
    assert "order" in ordered.trace.mode_reason
    forced = engine.search(SearchRequest(question="Flask routes", mode="chronological"))
    assert [hit.uid for hit in forced.hits] == ["a", "b", "c"]
    told = engine.context(SearchRequest(question="Flask routes, rain", mode="chronological"))
    assert told.text.index("[1]") < told.text.index("wrote") < told.text.index("Rain")
