from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from graphmem.core.aside import Aside, Shared
from graphmem.core.changes import Changes, Vector
from graphmem.core.lexical import TextQuery
from graphmem.errors import EmbeddingFailed, StoreUnavailable
from graphmem.ports import Float32
from graphmem.reading.engine import Engine
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.text import TextView
from graphmem.views.text_match import Match
from graphmem.views.vectors import VectorView
from graphmem_schemas import Passage, SearchRequest

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_work_runs_in_another_thread_and_hands_over_what_it_returns_or_raises() -> None:
    aside = Aside()
    first, second = (aside.start(threading.get_ident).result() for _ in range(2))
    assert first == second != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        aside.start(lambda: 1 // 0).result()


def test_work_that_the_thread_has_not_begun_is_done_by_who_needs_it() -> None:
    aside, begun, free = Aside(), threading.Event(), threading.Event()

    def busy() -> int:
        begun.set()
        assert free.wait(20)
        return threading.get_ident()

    first, second, third = (
        Shared(work, aside) for work in (busy, threading.get_ident, threading.get_ident)
    )
    assert begun.wait(20)
    assert not first.give_up()
    assert third.give_up()
    assert second.result() == threading.get_ident() == second.result()
    assert not second.give_up()
    free.set()
    assert first.result() != threading.get_ident()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_forked_child_has_a_thread_of_its_own() -> None:
    aside = Aside()
    assert aside.start(lambda: 1).result() == 1
    child = os.fork()
    if child == 0:
        # Whatever happens, the child must not go on as a second pytest.
        status = 1
        try:
            status = 0 if aside.start(lambda: 2).result(timeout=20) == 2 else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class _Closing(TextView):
    """Counts the matches that are open."""

    n_open = 0

    def match(self, query: TextQuery) -> Match:
        view = self

        class Counted(Match):
            def close(self) -> None:
                view.n_open -= 1
                super().close()

        self.n_open += 1
        return Counted(self._arrays, self._lock, self._pool, query)


class _Failing(FakeEmbedder):
    def embed(self, texts: Sequence[str]) -> Float32:
        raise EmbeddingFailed("no memory")


def test_what_was_looked_up_is_closed_when_the_embedder_fails() -> None:
    text, embedder = _Closing("s", None), _Failing()
    store = MemoryStore()
    engine = Engine(
        store, store, "s", text, VectorView("s", embedder.dimension, None),
        AdjacencyView("s", None, {"MENTIONS": 1.0}), lambda: 0, embedder, FixedClock(NOW),
    )  # fmt: skip
    with pytest.raises(EmbeddingFailed):
        engine.search(SearchRequest(question="who is it?"))
    assert text.n_open == 0


def test_what_was_looked_up_before_there_was_news_is_looked_up_again() -> None:
    text, embedder, store = _Closing("s", None), FakeEmbedder(), MemoryStore()
    vectors = VectorView("s", embedder.dimension, None)
    asked: list[int] = []

    def catch_up() -> int:
        for view in (text, vectors):
            view.refresh(store)
        asked.append(store.seq("s"))
        return asked[-1]

    def say(uid: str, words: str) -> None:
        told = Passage(uid=uid, recorded_at=NOW, source="doc", position=0, text=words)
        vector = Vector(uid, embedder.embed([words])[0])
        store.apply("s", lambda _: Changes(nodes=(told,), vectors=(vector,)))

    engine = Engine(
        store, store, "s", text, vectors, AdjacencyView("s", None, {"MENTIONS": 1.0}), catch_up,
        embedder, FixedClock(NOW), remote=True,
    )  # fmt: skip
    for n, words in enumerate(("a red door", "a blue door", "a green door"), 1):
        say(f"p{n}", words)
        for _ in range(2):  # with news, and without
            hits = engine.search(SearchRequest(question=words)).hits
            assert hits[0].text == words
            assert len(hits) == n
    assert asked == [1, 1, 2, 2, 3, 3]
    assert text.n_open == 0


def test_what_was_looked_up_is_closed_when_there_is_no_way_to_the_store() -> None:
    text, embedder, store = _Closing("s", None), FakeEmbedder(), MemoryStore()
    answers = iter([1])

    def catch_up() -> int:
        try:
            return next(answers)
        except StopIteration:
            raise StoreUnavailable("the server is gone") from None

    engine = Engine(
        store, store, "s", text, VectorView("s", embedder.dimension, None),
        AdjacencyView("s", None, {"MENTIONS": 1.0}), catch_up, embedder, FixedClock(NOW),
        remote=True,
    )  # fmt: skip
    engine.search(SearchRequest(question="who is it?"))
    with pytest.raises(StoreUnavailable):
        engine.search(SearchRequest(question="who is it?"))
    assert text.n_open == 0
