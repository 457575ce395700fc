"""A graph without text is searched by a walk from what a question names."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem.core.changes import Changes, Vector
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Concept, Edge, EdgeKind, Entity, Event, Hyperedge, Node, Proposition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EMBEDDER = FakeEmbedder(64)
Link = tuple[EdgeKind, str, str]


def entity(name: str) -> Entity:
    return Entity(uid=f"e-{name}", recorded_at=NOW, name=name, key=name.casefold())


def fact(uid: str, text: str, subject: str, end: str, **more: object) -> Proposition:
    fields = {"uid": uid, "recorded_at": NOW, "text": text, "subject": subject, "object": end}
    return Proposition.model_validate({"predicate": "is"} | fields | more)


def links_of(*facts: Proposition) -> list[Link]:
    subjects: list[Link] = [("SUBJECT", one.uid, one.subject) for one in facts]
    objects: list[Link] = [("OBJECT", one.uid, one.object) for one in facts if one.object]
    return subjects + objects


LIVES = fact("lives", "Ann Berg lives in Oslo", "e-Ann Berg", "e-Oslo")
CAPITAL = fact("capital", "Oslo is the capital of Norway", "e-Oslo", "e-Norway")
LIKES = fact("likes", "Bo likes tea", "e-Bo", "e-tea")
MEETING = Hyperedge(uid="trip", recorded_at=NOW, kind="voyage", text="Ann Berg sailed with Cleo")
CONCEPT = Concept(uid="c-travel", recorded_at=NOW, name="Travel", key="travel", given=True)
SAILING = Concept(uid="c-sailing", recorded_at=NOW, name="Sailing", key="sailing", given=True)
NODES: list[Node] = [
    *map(entity, ("Ann Berg", "Oslo", "Norway", "Bo", "tea", "Cleo")),
    LIVES, CAPITAL, LIKES, MEETING, CONCEPT, SAILING,
]  # fmt: skip
LINKS: list[Link] = [
    *links_of(LIVES, CAPITAL, LIKES),
    ("MEMBER", "trip", "e-Ann Berg"), ("MEMBER", "trip", "e-Cleo"),
    ("ABOUT", "trip", "c-sailing"), ("BROADER", "c-sailing", "c-travel"),
]  # fmt: skip


def filled(
    nodes: Sequence[Node],
    links: Sequence[Link],
    space: str = "s",
    store: MemoryStore | None = None,
) -> Memory:
    store = store or MemoryStore()
    edges = tuple(Edge(kind=k, start=s, end=e, sources={"import": 1.0}) for k, s, e in links)
    store.apply(space, lambda _: Changes(tuple(nodes), edges))
    return over(store, space)


def over(store: MemoryStore | Path, space: str = "s") -> Memory:
    return Memory(
        store, space=space, embedder=EMBEDDER, extractor=FakeExtractor(), clock=FixedClock(NOW)
    )


def test_facts_are_ranked_by_how_much_the_walk_visits_them() -> None:
    recall = filled(NODES, LINKS).search("Where does Ann Berg live?", kinds=["proposition"])
    assert [hit.uid for hit in recall.hits] == ["lives", "capital"]
    assert recall.abstained is None
    assert recall.confidence == 1.0
    assert recall.trace.names == ("Ann Berg",)
    assert [seed.text for seed in recall.trace.seeds] == ["Ann Berg"]
    assert recall.trace.n_pushed > 0


def test_a_hit_says_by_which_way_it_was_come_to() -> None:
    recall = filled(NODES, LINKS).search("Where does Ann Berg live?", kinds=["proposition"])
    near, far = recall.hits
    assert [(s.kind, s.start, s.end, s.text) for s in near.why] == [
        ("SUBJECT", "lives", "e-Ann Berg", "Ann Berg")
    ]
    assert [step.kind for step in far.why] == ["SUBJECT", "OBJECT", "SUBJECT"]
    assert [step.text for step in far.why] == ["Ann Berg", "Ann Berg lives in Oslo", "Oslo"]
    for hit in recall.hits:
        assert hit.score == pytest.approx(sum(part.value for part in hit.parts), abs=1e-5)
        assert {part.name for part in hit.parts} <= {"walk", "words"}


def test_entities_hyperedges_and_concepts_are_found() -> None:
    memory = filled(NODES, LINKS)
    (trip,) = memory.search("With whom did Ann Berg sail?", kinds=["hyperedge"]).hits
    assert (trip.uid, trip.kind, trip.text) == ("trip", "hyperedge", MEETING.text)
    found = memory.search("Which country is Oslo in?", kinds=["entity"]).hits
    assert {"e-Norway", "e-Ann Berg"} <= {hit.uid for hit in found}
    assert "e-Bo" not in {hit.uid for hit in found}
    topics = memory.search("What is Cleo about?", kinds=["concept"]).hits
    assert [hit.text for hit in topics] == ["Sailing", "Travel"]


def test_a_topic_of_the_users_own_leads_to_what_is_about_it() -> None:
    (trip,) = filled(NODES, LINKS).search("Anything on travel?", kinds=["hyperedge"]).hits
    assert trip.uid == "trip"
    assert [step.kind for step in trip.why] == ["BROADER", "ABOUT"]


def test_events_of_the_named_come_before_those_of_others() -> None:
    """The walk comes to what two take part in from both."""
    events = [
        Event(uid=f"v{n}", recorded_at=NOW, passage="gone", text=text, start=0, end=1)
        for n, text in enumerate(("Cleo painted", "Bo slept", "Cleo and Bo sang"))
    ]
    links: list[Link] = [
        ("ARGUMENT", "v0", "e-Cleo"), ("ARGUMENT", "v1", "e-Bo"),
        ("ARGUMENT", "v2", "e-Cleo"), ("ARGUMENT", "v2", "e-Bo"),
    ]  # fmt: skip
    memory = filled([*NODES, *events], [*LINKS, *links])
    hits = memory.search("What happened to Cleo?", kinds=["event"]).hits
    assert [hit.uid for hit in hits] == ["v2", "v0", "v1"]


def test_what_no_longer_holds_is_left_out_and_comes_below_where_wanted() -> None:
    year = datetime(2025, 1, 1, tzinfo=UTC)
    old = fact("old", "Ann Berg lives in Rome", "e-Ann Berg", "e-Oslo", valid_to=year,
               status="superseded")  # fmt: skip
    links = [*LINKS, *links_of(old), ("SUPERSEDES", "lives", "old")]
    memory = filled([*NODES, old], links)
    asked = "Where does Ann Berg live?"
    assert "old" not in {hit.uid for hit in memory.search(asked, kinds=["proposition"]).hits}
    both = memory.search(asked, kinds=["proposition"], mode="all").hits
    assert [hit.uid for hit in both[:1]] == ["lives"]
    assert {hit.uid: hit.superseded_by for hit in both}["old"] == "lives"


def test_nothing_named_is_an_abstention_that_names_what_is_missing() -> None:
    recall = filled(NODES, LINKS).search("Who built the bridge?", kinds=["proposition"])
    assert recall.hits == ()
    assert recall.abstained == "nothing about built and bridge"
    assert recall.confidence == 0.0


def test_an_empty_graph_has_nothing() -> None:
    recall = over(MemoryStore()).search("Where does Ann live?", kinds=["proposition", "entity"])
    assert recall.hits == ()
    assert recall.abstained is not None


def test_passages_are_not_looked_for_by_it() -> None:
    recall = filled(NODES, LINKS).search("Where does Ann Berg live?")
    assert recall.hits == ()
    assert recall.abstained == "the memory holds no passage yet"


def test_spaces_share_nothing() -> None:
    store = MemoryStore()
    one, other = filled(NODES, LINKS, "one", store), filled([entity("Ann Berg")], [], "two", store)
    asked = "Where does Ann Berg live?"
    assert one.search(asked, kinds=["proposition"]).hits
    assert other.search(asked, kinds=["proposition"]).hits == ()


def test_what_is_near_in_meaning_is_a_beginning_too() -> None:
    uid = "0123456789abcdef" * 2
    tea = fact(uid, "Dora drinks oolong", "e-Bo", "e-tea")
    memory = filled([*NODES, tea], [*LINKS, *links_of(tea)])
    vector = Vector(uid, EMBEDDER.embed(["who drinks oolong"])[0])
    memory._store.apply("s", lambda _: Changes(vectors=(vector,)))
    hits = memory.search("who drinks oolong", kinds=["proposition"]).hits
    assert [hit.uid for hit in hits] == [uid, "likes"]


def test_deleting_takes_a_fact_out_of_the_walk_at_once() -> None:
    memory = filled(NODES, LINKS)
    asked = "Where does Ann Berg live?"
    assert memory.search(asked, kinds=["proposition"]).hits[0].uid == "lives"
    memory._store.apply("s", lambda _: Changes(remove_nodes=("lives",)))
    recall = memory.search(asked, kinds=["proposition", "hyperedge"])
    assert [hit.uid for hit in recall.hits] == ["trip"]


def test_in_a_memory_with_text_the_walk_finds_what_no_passage_tells() -> None:
    memory = filled(NODES, LINKS)
    memory.add("Dora sells boats in Rome.", source="note")
    recall = memory.search("Where does Ann Berg live?", kinds=["proposition", "passage"])
    (passage,) = (hit for hit in recall.hits if hit.kind == "passage")
    facts = [hit for hit in recall.hits if hit.kind == "proposition"]
    assert [hit.uid for hit in facts] == ["lives", "capital"]
    assert {part.name for hit in facts for part in hit.parts} == {"walk", "words"}
    assert facts[0].score <= max(0.0, passage.score)
    (topic, *_) = memory.search("What is Cleo about?", kinds=["concept"]).hits
    assert topic.text == "Sailing"


def test_where_passages_tell_every_fact_nothing_is_walked() -> None:
    memory = over(MemoryStore())
    memory.add("Ann lives in Oslo. Bo lives in Rome.", source="note")
    memory.search("Where does Ann live?", kinds=["proposition", "event"])
    assert memory._reader._views._facts is None  # type: ignore[union-attr]


def test_an_imported_file_is_searched_alike_after_reopening(tmp_path: Path) -> None:
    asked = "Where does Ann Berg live?"
    first = filled(NODES, LINKS)
    before = first.search(asked, kinds=["proposition"]).hits
    first.export(tmp_path / "graph.jsonl")
    for _ in range(2):
        with over(tmp_path / "graph.db") as memory:
            if not memory.stats().nodes:
                memory.import_(tmp_path / "graph.jsonl")
            assert memory.search(asked, kinds=["proposition"]).hits == before
