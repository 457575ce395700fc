"""A question over views of its own must be answered as one over views of the whole space."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from graphmem.bench.speed_load import load_passages
from graphmem.bench.speed_texts import make_passages, question_about
from graphmem.core.changes import Changes
from graphmem.reading.analyse import analyse
from graphmem.reading.engine import Engine
from graphmem.reading.weights import WALK
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.views import served
from graphmem.views.served import ServedSpace
from graphmem.views.space import WALK_KINDS, SpaceViews
from graphmem_schemas import Recall, SearchRequest

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EMBEDDER = FakeEmbedder(64)
CLOCK = FixedClock(NOW)


def _whole(server: Any, request: SearchRequest) -> Recall:
    views = SpaceViews("a", EMBEDDER.dimension, None)
    engine = Engine(
        server, server, "a", views.text, views.vectors, views.adjacency,
        lambda: views.refresh(server), EMBEDDER, CLOCK,
    )  # fmt: skip
    return engine.search(request)


def _served(server: Any, request: SearchRequest) -> Recall:
    space = ServedSpace(server, "a", WALK_KINDS)
    vector = EMBEDDER.embed([request.question])[0]
    views = space.views(analyse(request.question, request.as_of).query, vector)
    engine = Engine(
        server, server, "a", views.text, views.vectors, views.walk,
        lambda: space.walk.seq, EMBEDDER, CLOCK,
    )  # fmt: skip
    return engine.search(request)


@pytest.fixture
def made(server: Any) -> list[str]:
    passages = list(make_passages(90))
    load_passages(server, "a", passages, EMBEDDER)
    return [question_about(passage) for passage in passages[::9]]


def test_where_all_are_candidates_hits_and_scores_are_the_same(
    server: Any, made: list[str]
) -> None:
    for question in made:
        request = SearchRequest(question=question, k=10)
        one, other = _whole(server, request), _served(server, request)
        assert [hit.uid for hit in other.hits] == [hit.uid for hit in one.hits]
        scores = [hit.score for hit in one.hits]
        assert [hit.score for hit in other.hits] == pytest.approx(scores, abs=1e-4)
        assert (other.abstained is None) == (one.abstained is None)


def test_few_candidates_still_answer(
    server: Any, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten proposals of each kind from ninety passages: the first hit is that of the whole."""
    monkeypatch.setattr(served, "N_PROPOSED", 10)
    monkeypatch.setattr(served, "N_WALKED", 5)
    for question in made:
        request = SearchRequest(question=question, k=3)
        assert _served(server, request).hits[0].uid == _whole(server, request).hits[0].uid


def test_another_space_has_no_part(server: Any, made: list[str]) -> None:
    load_passages(server, "b", make_passages(90, 500), EMBEDDER)
    for question in made[:3]:
        request = SearchRequest(question=question, k=20)
        own = {
            node.text for node in server.get("a", [h.uid for h in _whole(server, request).hits])
        }
        # The uids are the same in both, the texts are not.
        assert {hit.text for hit in _served(server, request).hits} == own


def test_what_is_removed_is_not_found(server: Any, made: list[str]) -> None:
    request = SearchRequest(question=made[0], k=5)
    best = _served(server, request).hits[0].uid
    server.apply("a", lambda _: Changes(remove_nodes=(best,)))
    assert best not in [hit.uid for hit in _served(server, request).hits]


@pytest.mark.parametrize("question", ["the of and", "?", "zzzz qqqq", 'naïve \\" +(*) OR NOT ~'])
def test_questions_that_no_index_likes(server: Any, made: list[str], question: str) -> None:
    request = SearchRequest(question=question, k=5)
    one, other = _whole(server, request), _served(server, request)
    assert (other.abstained is None) == (one.abstained is None)


def test_an_empty_space_abstains(server: Any) -> None:
    assert _served(server, SearchRequest(question="Who is there?")).abstained is not None


def test_vectors_are_those_of_candidates_only(server: Any, made: list[str]) -> None:
    vector = EMBEDDER.embed([made[0]])[0]
    views = ServedSpace(server, "a", WALK_KINDS).views(analyse(made[0]).query, vector)
    keys, values = views.vectors.nearest(vector, 5)
    assert np.all(np.diff(values) <= 0)
    base, tail, slots = views.vectors.placed(np.append(keys, np.array([b"x" * 16], "S16")))
    assert slots[-1] == -1
    assert not len(tail)
    vectors = base[slots]
    assert vectors @ vector == pytest.approx([*values, 0.0])


def test_it_walks_as_far_as_reading_does() -> None:
    """Views may not know of reading, so the figures stand twice."""
    assert (WALK.damping, WALK.epsilon) == (served._DAMPING, served._EPSILON)
