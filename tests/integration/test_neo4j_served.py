"""A space that is searched where it lies, on a real server: nothing of it is held here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from graphmem import Memory
from graphmem.bench.speed_load import load_passages
from graphmem.bench.speed_texts import make_passages, question_about
from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput
from graphmem.models.minilm import MiniLMEncoder
from graphmem.models.seal import describe, seal
from graphmem.ports import Float32
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing.samples import passage
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.paged_walk import PagedWalk
from graphmem.views.snapshot import folder_of
from graphmem.views.space import WALK_KINDS
from graphmem_queries.texts import text
from scripts.neo4j_server.server import Neo4jServer

EMBEDDER = MiniLMEncoder()
N_LARGE, N_SMALL = 2_500, 25
LARGE, SMALL = "served-large", "served-small"


@pytest.fixture(scope="module")
def store(neo4j_alone: Neo4jServer) -> Iterator[Neo4jStore]:
    login = neo4j_alone.login
    made = Neo4jStore(login.uri.replace("://", f"://{login.user}:{login.password}@"))
    seal(made, describe(EMBEDDER))
    load_passages(made, LARGE, make_passages(N_LARGE), EMBEDDER)
    load_passages(made, SMALL, make_passages(N_SMALL, 5_000), EMBEDDER)
    yield made
    made.close()


@pytest.fixture(scope="module")
def questions() -> list[str]:
    return [question_about(passage) for passage in list(make_passages(N_LARGE))[:: N_LARGE // 12]]


def _memory(store: Neo4jStore, space: str, *, served: bool) -> Memory:
    return Memory(store, space=space, embedder=EMBEDDER, served=served)


def test_the_walk_ranks_as_the_held_one_does(store: Neo4jStore) -> None:
    held, served = AdjacencyView(LARGE, None, WALK_KINDS), PagedWalk(store, LARGE, WALK_KINDS)
    for view in (held, served):
        view.refresh(store)
    uids = [uid for uid, _ in _some_passages(store)]
    rng = np.random.default_rng(1)
    for _ in range(8):
        seeds = {uid: float(rng.random() + 0.1) for uid in rng.choice(uids, 10, replace=False)}
        one, other = (
            view.push(seeds, damping=0.85, epsilon=1e-4).top(100) for view in (held, served)
        )
        assert [uid for uid, _ in one] == [uid for uid, _ in other]
        assert [mass for _, mass in one] == pytest.approx([m for _, m in other], abs=1e-5)
    links = zip(served.links(uids[:9]), held.links(uids[:9]), strict=True)
    assert all(one._replace(weight=0.0) == other._replace(weight=0.0) for one, other in links)
    assert served.degrees([*uids[:9], "nobody"]) == held.degrees([*uids[:9], "nobody"])


def test_the_first_hit_is_that_of_a_held_space(store: Neo4jStore, questions: list[str]) -> None:
    with (
        _memory(store, LARGE, served=False) as held,
        _memory(store, LARGE, served=True) as served,
    ):
        n_first = n_shared = 0
        for question in questions:
            one, other = held.search(question, k=10), served.search(question, k=10)
            n_first += one.hits[0].uid == other.hits[0].uid
            assert one.hits[0].uid in [hit.uid for hit in other.hits[:3]]
            n_shared += len({hit.uid for hit in one.hits} & {hit.uid for hit in other.hits})
            assert served.context(question).citations
        # The server's own words and counts decide who is a candidate, so near ties and what
        # comes further down may differ.
        assert n_first >= len(questions) - 2
        assert n_shared >= 7 * len(questions)


def test_a_space_of_one_in_a_hundred_gets_its_k(store: Neo4jStore) -> None:
    question = question_about(next(make_passages(1, 5_000)))
    own = {uid for uid, _ in _some_passages(store, SMALL)}
    vector = EMBEDDER.embed([question])[0]
    assert len(own) == N_SMALL
    by_vector = store.passages_by_vector(SMALL, vector, 20, None)
    # Every word of every passage: most of what the index finds is another space's.
    by_words = store.passages_by_words(SMALL, ["met", "the", "in", "and", "showed"], 20, None)
    for found in (by_vector, by_words):
        assert len(found) == len(set(found)) == 20
    with _memory(store, SMALL, served=True) as served:
        texts = {hit.text for hit in served.search(question, k=20).hits}
    assert texts <= {said for _, said in _some_passages(store, SMALL)}
    assert len(texts) == 20


@pytest.fixture
def asked(store: Neo4jStore) -> Iterator[list[int]]:
    """How many passages the vector index was asked for, each time."""
    sizes: list[int] = []
    nearest = text("serve/passages_by_vector")

    def note(statement: str, parameters: Mapping[str, Any]) -> None:
        if statement == nearest:
            sizes.append(parameters["n"])

    store._client.tracer = note
    yield sizes
    store._client.tracer = None


def _cosines(store: Neo4jStore, space: str, vector: Float32) -> dict[str, float]:
    """The product of the vector with each of the space, the nearest first."""
    held = [v for batch in store.changes(space, 0, vectors=True) for v in batch.vectors]
    cosines = np.stack([v.values for v in held]) @ vector
    best = sorted(zip(-cosines, (v.uid for v in held), strict=True))
    return {uid: -float(cosine) for cosine, uid in best}


def test_the_vector_index_finds_nearly_what_is_nearest(
    store: Neo4jStore, questions: list[str], asked: list[int]
) -> None:
    n_first = n_right = 0
    for vector in EMBEDDER.embed(questions):
        found = store.passages_by_vector(LARGE, vector, 20, None)
        cosines = _cosines(store, LARGE, vector)
        exact = [*cosines][:20]
        n_first += found[0] == exact[0]
        assert np.diff([cosines[uid] for uid in found]).max() < 1e-5
        assert len(found) == len({*found}) == 20
        n_right += len({*found} & {*exact})
    assert len(asked) == len(questions)
    # It compares vectors of whole numbers, and looks at some of them: 0.99 are found.
    assert n_first >= len(questions) - 1
    assert n_right >= 0.95 * 20 * len(questions)


def test_the_index_is_asked_for_more_until_k_pass(
    store: Neo4jStore, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the passages of others lie nearer."""
    vector = EMBEDDER.embed(["Where is the ferry?"])[0]
    plain = store.passages_by_vector(LARGE, vector, 20, None)
    monkeypatch.setattr("graphmem.stores.neo4j.serving._SPARE", 0.02)
    monkeypatch.setattr("graphmem.stores.neo4j.serving._MORE", 0)
    asked.clear()
    assert store.passages_by_vector(LARGE, vector, 20, None)[:10] == plain[:10]
    assert asked == [1, 4, 16, 64]


def test_a_small_space_far_away_is_looked_at_whole(
    store: Neo4jStore, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking the index for nearly all that it has would take longer."""
    monkeypatch.setattr("graphmem.stores.neo4j.serving._FEW_VECTORS", 0)
    vector = EMBEDDER.embed(["Where is the ferry?"])[0]
    found = store.passages_by_vector(SMALL, vector, N_SMALL, None)
    assert asked == []
    assert found == [*_cosines(store, SMALL, vector)]
    assert store.passages_by_vector("served-nothing", vector, 20, None) == []


SYNTAX = {
    "secret": "A secret text", "range": "Take x to y", "boolean": "Cats or dogs and not birds",
    "metro": "Ünïcode 日本 metro", "number": "Room 42",
}  # fmt: skip


@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [
        ("secret", {"secret"}),
        ("SECRET", {"secret"}),
        ("text:secret", set()),
        ("uid:secret", set()),
        ("+secret", {"secret"}),
        ("-secret", {"secret"}),
        ("!secret", {"secret"}),
        ("secre*", set()),
        ("secret~1", set()),
        ("sekret~", set()),
        ("/secre./", set()),
        ("[x TO y]", {"range"}),
        ("dogs^9", set()),
        ("cats OR birds", set()),
        ("OR", {"boolean"}),
        ("AND", {"boolean"}),
        ('" OR "', {"boolean"}),
        ("42\\", {"number"}),
        ("Ünïcode", {"metro"}),
        ("日本", {"metro"}),
        ("*:*", set()),
        ("", set()),
        ('"', set()),
        ("\\", set()),
        ("²", set()),
        ("'; //", set()),
        ("&& || ( ) { }", set()),
    ],
)
def test_lucene_syntax_has_no_meaning(
    store: Neo4jStore, asked_for: str, expected: set[str]
) -> None:
    nodes = tuple(passage(uid, text=said) for uid, said in SYNTAX.items())
    for space in ("served +space", "%"):
        store.apply(space, lambda _: Changes(nodes=nodes))
        assert {*store.passages_by_words(space, [asked_for], 9, None)} == expected
        both = store.passages_by_words(space, [asked_for, "metro"], 9, None)
        assert {*both} == expected | {"metro"}
        assert store.word_counts(space, [asked_for, "room"]) == [len(expected), 1]


def test_what_was_said_later_is_not_found_then(store: Neo4jStore) -> None:
    """By words, by vectors, by the walk, and in what stands around a passage."""
    space = f"served-dated-{uuid4().hex}"
    with _memory(store, space, served=False) as held:
        for year, place in enumerate(("Porto", "Lisbon", "Bergen"), 2021):
            held.add(
                [{"speaker": "Mara", "text": f"I moved to {place}.", "at": f"{year}-05-01"}],
                source="chat",
            )
        with _memory(store, space, served=True) as served:
            for as_of, n in (("2020-01-01", 0), ("2021-06-01", 1), ("2022-06-01", 2), (None, 3)):
                asked = [m.search("Where did Mara move?", as_of=as_of) for m in (held, served)]
                texts = [[hit.text for hit in recall.hits] for recall in asked]
                assert sorted(texts[0]) == sorted(texts[1])
                assert len(texts[1]) == n
                cited = served.context("Where did Mara move?", as_of=as_of).text
                assert ("Bergen" in cited) == (as_of is None)


def test_words_are_counted_in_the_space_alone(store: Neo4jStore) -> None:
    texts = [said.casefold() for _, said in _some_passages(store, SMALL)]
    (n,) = store.word_counts(SMALL, ["drawings"])
    assert n == sum("drawings" in said for said in texts) == N_SMALL


def test_a_store_that_cannot_serve_says_so() -> None:
    with pytest.raises(InvalidInput, match="neo4j"):
        Memory("memory://", served=True)


def _some_passages(store: Neo4jStore, space: str = LARGE) -> list[tuple[str, str]]:
    return [
        (node.uid, node.text)  # type: ignore[attr-defined]
        for batch in store.changes(space, 0, labels=["Passage"])
        for node in batch.nodes
    ]


def test_what_is_deleted_stays_in_no_projection(store: Neo4jStore) -> None:
    space = uuid4().hex
    assert store.views_folder is not None
    folder = folder_of(space, store.views_folder)
    with _memory(store, space, served=True) as memory:
        memory.add("Quentin hides the amber key.", source="amber")
        memory.add("Tom likes tea.", source="tea")
        statement = "MATCH (s:Source) RETURN count(s)"
        assert memory.cypher(statement, isolated=True).rows == ((2,),)
        assert [*folder.glob("*.lbug")]
        memory.delete(source="amber")
        assert not [file for file in folder.iterdir() if file.stat().st_size]
        assert memory.cypher(statement, isolated=True).rows == ((1,),)
