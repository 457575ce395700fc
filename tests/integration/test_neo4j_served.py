"""A space that is searched where it lies, on a real server: nothing of it is held here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from graphmem import Memory
from graphmem.bench.speed_load import load_passages
from graphmem.bench.speed_texts import make_passages, question_about
from graphmem.errors import InvalidInput
from graphmem.models.minilm import MiniLMEncoder
from graphmem.models.seal import describe, seal
from graphmem.stores.neo4j import Neo4jStore
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.paged_walk import PagedWalk
from graphmem.views.space import WALK_KINDS
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
        n_shared = 0
        for question in questions:
            one, other = held.search(question, k=10), served.search(question, k=10)
            assert one.hits[0].uid == other.hits[0].uid
            n_shared += len({hit.uid for hit in one.hits} & {hit.uid for hit in other.hits})
            assert served.context(question).citations
        # Further down the server's own words and counts decide who is a candidate.
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
    assert texts <= {text for _, text in _some_passages(store, SMALL)}
    assert len(texts) == 20


def test_the_index_is_asked_for_more_until_k_pass(
    store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a space of a thousand million, where looking at each is out of the question."""
    monkeypatch.setattr("graphmem.stores.neo4j.serving._FEW_VECTORS", 0)
    monkeypatch.setattr("graphmem.stores.neo4j.serving._SPARE", 0.02)
    vector = EMBEDDER.embed(["Where is the ferry?"])[0]
    found = store.passages_by_vector(SMALL, vector, N_SMALL, None)
    monkeypatch.undo()
    exact = store.passages_by_vector(SMALL, vector, N_SMALL, None)
    assert set(found) == set(exact)
    assert len(found) == N_SMALL


@pytest.mark.parametrize(
    "question",
    [
        "",
        "the",
        '"',
        "a\\",
        "text:secret",
        "+a -b (c OR d)~2^3 [x TO y] /r/ && ||",
        "'; //",
        "Ünïcode 日本",
    ],
)
def test_lucene_syntax_has_no_meaning(store: Neo4jStore, question: str) -> None:
    words = question.split() or [question]
    assert isinstance(store.passages_by_words(LARGE, words, 5, None), list)
    assert all(n >= 0 for n in store.word_counts(LARGE, words))


def test_words_are_counted_in_the_space_alone(store: Neo4jStore) -> None:
    texts = [text.casefold() for _, text in _some_passages(store, SMALL)]
    (n,) = store.word_counts(SMALL, ["drawings"])
    assert n == sum("drawings" in text for text in texts) == N_SMALL


def test_a_store_that_cannot_serve_says_so() -> None:
    with pytest.raises(InvalidInput, match="neo4j"):
        Memory("memory://", served=True)


def _some_passages(store: Neo4jStore, space: str = LARGE) -> list[tuple[str, str]]:
    return [
        (node.uid, node.text)  # type: ignore[attr-defined]
        for batch in store.changes(space, 0, labels=["Passage"])
        for node in batch.nodes
    ]
