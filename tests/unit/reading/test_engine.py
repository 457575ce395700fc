"""The engine over real views and the reference store; only the embedder is a stand-in."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from graphmem.core.changes import Changes, Vector
from graphmem.errors import StoreUnavailable
from graphmem.reading.engine import Engine
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.text import TextView
from graphmem.views.vectors import VectorView
from graphmem_schemas import Edge, Entity, Passage, Proposition, SearchRequest, Source

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"
EMBEDDER = FakeEmbedder(64)

FILMS = {
    "Night Ferry": "Night Ferry is a film directed by Ada Lund.",
    "Ada Lund": "Ada Lund is a director who was born in Bergen.",
    "Bergen": "Bergen is a town by the sea, founded by king Olav.",
    "Day Train": "Day Train is a film about a railway.",
    "Harbour": "A harbour is where ships rest.",
}


def engine(passages: list[Passage], edges: dict[str, list[str]] | None = None) -> Engine:
    store = MemoryStore()
    names = sorted({name for ends in (edges or {}).values() for name in ends})
    sources = dict.fromkeys(passage.source for passage in passages)
    nodes = [
        *(Source(uid=uid, recorded_at=NOW, name=uid, kind="document") for uid in sources),
        *passages,
        *(Entity(uid=f"e-{name}", recorded_at=NOW, name=name, key=name) for name in names),
    ]
    links = [
        Edge(kind="MENTIONS", start=uid, end=f"e-{name}", sources={"x": 1.0})
        for uid, ends in (edges or {}).items()
        for name in ends
    ]
    vectors = [Vector(p.uid, EMBEDDER.embed([p.text])[0]) for p in passages]
    store.apply(SPACE, lambda _: Changes(tuple(nodes), tuple(links), tuple(vectors)))
    return over(store)


def over(store: MemoryStore) -> Engine:
    text = TextView(SPACE, None)
    vectors = VectorView(SPACE, EMBEDDER.dimension, None)
    walk = AdjacencyView(SPACE, None, {"MENTIONS": 1.0})

    def catch_up() -> int:
        for view in (text, vectors, walk):
            view.refresh(store)
        return store.seq(SPACE)

    return Engine(store, store, SPACE, text, vectors, walk, catch_up, EMBEDDER, FixedClock(NOW))


def films() -> Engine:
    passages = [
        Passage(uid=title, recorded_at=NOW, source=f"s-{title}", position=0, text=text,
                title=title, ref=f"r-{title}")
        for title, text in FILMS.items()
    ]  # fmt: skip
    edges = {
        "Night Ferry": ["night ferry", "ada lund"],
        "Ada Lund": ["ada lund", "bergen"],
        "Bergen": ["bergen", "olav"],
        "Day Train": ["day train"],
        "Harbour": ["harbour"],
    }
    return engine(passages, edges)


def talk() -> Engine:
    said = [
        ("Ann", "Where did you put the red kite?", 2020),
        ("Bob", "It hangs in the shed.", 2020),
        ("Ann", "I adopted a grey cat named Moss.", 2021),
        ("Bob", "I bought a sailing boat.", 2024),
    ]
    return engine(
        [
            Passage(uid=f"t{at}", recorded_at=NOW, source="session", position=at, text=text,
                    speaker=who, at=datetime(year, 1, 1, tzinfo=UTC))
            for at, (who, text, year) in enumerate(said)
        ]
    )  # fmt: skip


def ask(question: str, **fields: object) -> SearchRequest:
    return SearchRequest.model_validate({"question": question, **fields})


def test_the_walk_brings_in_what_the_question_does_not_name() -> None:
    recall = films().search(ask("Which town is the director of Night Ferry from?", k=3))
    uids = [hit.uid for hit in recall.hits]
    assert uids[0] == "Night Ferry"
    assert set(uids) == {"Night Ferry", "Ada Lund", "Bergen"}
    assert recall.trace.names == ("night ferry",)
    assert recall.trace.n_pushed > 0


def test_hits_say_where_they_are_from_and_what_their_score_is() -> None:
    recall = films().search(ask("Who directed Night Ferry?"))
    best = recall.hits[0]
    assert (best.ref, best.source, best.title) == ("r-Night Ferry", "s-Night Ferry", "Night Ferry")
    assert best.score == pytest.approx(sum(part.value for part in best.parts), abs=1e-4)
    assert [hit.score for hit in recall.hits] == sorted(
        (hit.score for hit in recall.hits), reverse=True
    )


def test_the_same_question_gives_the_same_hits() -> None:
    one = films()
    first, second = (one.search(ask("films about ships")) for _ in range(2))
    assert first.hits == second.hits
    assert films().search(ask("films about ships")).hits == first.hits
    assert first.id == second.id  # the same question at the same moment
    assert one.search(ask("films about trains")).id != first.id


def test_the_answer_after_a_question_is_found() -> None:
    assert talk().search(ask("Where is the red kite?", k=2)).hits[0].uid in ("t0", "t1")
    assert {hit.uid for hit in talk().search(ask("Where is the red kite?", k=2)).hits} == {
        "t0",
        "t1",
    }


def test_what_was_said_later_is_not_known_yet() -> None:
    early = datetime(2022, 1, 1, tzinfo=UTC)
    assert "t3" in {hit.uid for hit in talk().search(ask("sailing boat")).hits}
    for engine_ in (talk(),):
        recall = engine_.search(ask("sailing boat", as_of=early))
        assert "t3" not in {hit.uid for hit in recall.hits}


def test_a_question_about_the_wrong_person_is_declined() -> None:
    assert talk().search(ask("What did Ann adopt?")).abstained is None
    recall = talk().search(ask("What grey cat did Bob adopt?"))
    assert recall.abstained is not None
    # Each of these words is there; of Bob nobody says them.
    assert recall.abstained.startswith("nothing about Bob, ")
    assert " together; " in recall.abstained
    assert recall.abstained.endswith("; closest: Ann, 1 January 2021")
    assert talk().context(ask("What grey cat did Bob adopt?")).text == ""


def test_a_question_about_something_else_is_declined() -> None:
    recall = films().search(ask("Which vegetables did grandmother plant?"))
    assert recall.abstained is not None
    for word in ("vegetables", "grandmother", "plant"):
        assert word in recall.abstained


def test_a_name_that_nothing_says_is_declined_where_another_word_may_be_meant() -> None:
    texts = [
        Passage(uid="p", recorded_at=NOW, source="s", position=0, text="Nadia lives in Oslo.")
    ]
    reader = engine(texts)
    vector = EMBEDDER.embed([texts[0].text])[0]
    other = np.zeros_like(vector)
    other[int(np.abs(vector).argmin())] = 1.0
    # A cosine of .4, as such questions have with an encoder that knows where Oslo is.
    near = 0.4 * vector + float(np.sqrt(1 - 0.4**2)) * (other - (other @ vector) * vector)

    class Near:
        name, dimension = EMBEDDER.name, EMBEDDER.dimension

        def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
            return np.array([near for _ in texts], np.float32)

    reader = replace(reader, embedder=Near())
    declined = reader.search(ask("Who is the king of Norway?")).abstained
    assert declined == "nothing about king and Norway; closest: s"
    assert reader.search(ask("Who resides there?")).abstained is None


def test_an_empty_memory_has_no_answer() -> None:
    recall = over(MemoryStore()).search(ask("anything?"))
    assert recall.hits == ()
    assert recall.abstained is not None
    context = over(MemoryStore()).context(ask("anything?"))
    assert (context.text, context.n_tokens, context.citations) == ("", 0, ())


@pytest.mark.parametrize("question", ["the of and", "🙂", "?" * 10_000, "zebra"])
def test_odd_questions_are_answered_somehow(question: str) -> None:
    recall = films().search(ask(question, k=2))
    assert len(recall.hits) <= 2


def test_a_context_cites_what_it_shows() -> None:
    context = films().context(ask("Who directed Night Ferry?", budget=60))
    assert context.n_tokens <= 60
    assert context.citations
    for citation in context.citations:
        assert f"[{citation.number}] ({citation.passage})" in context.text
    assert FILMS[context.citations[0].passage] in context.text


def test_no_more_than_k_hits_come() -> None:
    for k in (1, 2, 5):
        assert len(films().search(ask("film town director ships", k=k)).hits) <= k


def test_facts_events_and_entities_come_when_asked_for() -> None:
    store = MemoryStore()
    said = [("I live in Berlin.", 2020), ("I live in Lisbon now.", 2023)]
    passages = [
        Passage(uid=f"p{at}", recorded_at=NOW, source="s", position=at, text=text, speaker="Ann",
                at=datetime(year, 1, 1, tzinfo=UTC))
        for at, (text, year) in enumerate(said)
    ]  # fmt: skip
    facts = [
        Proposition(uid="f0", recorded_at=NOW, text="Ann live in Berlin", subject="a",
                    predicate="live in", value="Berlin", status="superseded",
                    valid_from=passages[0].at, valid_to=passages[1].at),
        Proposition(uid="f1", recorded_at=NOW, text="Ann live in Lisbon", subject="a",
                    predicate="live in", value="Lisbon", valid_from=passages[1].at),
    ]  # fmt: skip
    edges = [
        *(Edge(kind="EVIDENCED_BY", start=f"f{at}", end=f"p{at}", sources={"s": 1.0})
          for at in range(2)),
        Edge(kind="SUPERSEDES", start="f1", end="f0", sources={"s": 1.0}),
    ]  # fmt: skip
    vectors = [Vector(p.uid, EMBEDDER.embed([p.text])[0]) for p in passages]
    nodes = (Source(uid="s", recorded_at=NOW, name="n", kind="conversation"), *passages, *facts)
    store.apply(SPACE, lambda _: Changes(nodes, tuple(edges), tuple(vectors)))
    reader = over(store)
    now = reader.search(ask("Where does Ann live?", kinds=["proposition"]))
    assert [hit.uid for hit in now.hits] == ["f1"]
    ever = reader.search(ask("Where does Ann live?", kinds=["proposition"], mode="all"))
    assert [(hit.uid, hit.superseded_by) for hit in ever.hits] == [("f1", None), ("f0", "f1")]
    assert {hit.kind for hit in now.hits} == {"proposition"}
    then = passages[0].at + timedelta(days=90) if passages[0].at else NOW
    past = reader.search(ask("Where does Ann live?", kinds=["proposition"], as_of=then))
    assert [hit.uid for hit in past.hits] == ["f0"]
    both = reader.search(ask("Where does Ann live?", kinds=["passage", "proposition"]))
    assert {hit.kind for hit in both.hits} == {"passage", "proposition"}
    text = reader.context(ask("Where does Ann live?")).text
    assert "(n, 2020-01-01; since 2023-01-01: Ann live in Lisbon) Ann: I live in Berlin." in text
    assert "(n, 2023-01-01) Ann: I live in Lisbon now." in text
    assert "since" not in reader.context(ask("Where does Ann live?", as_of=then)).text


@pytest.mark.parametrize("question", ["What did Ann adopt?", "What did Bob adopt?", "Who sang?"])
def test_a_budget_that_nothing_fits_into_is_the_reason(question: str) -> None:
    packed = talk().context(ask(question, budget=5))
    assert packed.abstained == "no passage fits into 5 tokens: raise the budget"
    assert (packed.text, packed.n_tokens) == ("", 0)


def test_an_empty_memory_is_a_better_reason_than_a_small_budget() -> None:
    assert "no passage yet" in (engine([]).context(ask("Who?", budget=1)).abstained or "")


def test_a_name_is_read_again_after_a_commit() -> None:
    engine = films()
    first = engine.search(ask("Who directed Night Ferry?")).hits[0]
    assert first.source == "s-Night Ferry"
    renamed = Source(uid="s-Night Ferry", recorded_at=NOW, name="other", kind="document")
    store = engine.store
    assert isinstance(store, MemoryStore)
    store.apply(SPACE, lambda _: Changes((renamed,)))
    again = engine.search(ask("Who directed Night Ferry?")).hits[0]
    assert (again.uid, again.source) == (first.uid, "other")


def test_a_store_that_cannot_be_read_is_said_and_the_next_question_answered() -> None:
    whole, is_gone = films(), True

    def catch_up() -> Hashable:
        if is_gone:
            raise StoreUnavailable("the disk is gone")
        return whole.catch_up()

    engine = replace(whole, catch_up=catch_up)
    with pytest.raises(StoreUnavailable, match="gone"):
        engine.search(ask("Who directed Night Ferry?"))
    is_gone = False
    assert engine.search(ask("Who directed Night Ferry?")).hits
