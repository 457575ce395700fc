"""The view of judgements holds what the store holds, whatever came and went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.ports import Float32, Judged
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder
from graphmem.views.judged import JudgedView
from graphmem_schemas import Edge, Outcome, Passage, Query

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"
EMBEDDER = FakeEmbedder(16)
PASSAGES = [f"p{n}" for n in range(4)]
QUESTIONS = ["Where is the cat?", "Where is the dog?", "Who paints?"]
OUTCOMES: list[Outcome] = ["success", "failure", "unknown"]


class Counted:
    """Embeds, and keeps what it was given."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Float32:
        self.texts += texts
        return EMBEDDER.embed(texts)


def open_view(folder: Path | None = None, embed: Counted | None = None) -> JudgedView:
    return JudgedView(SPACE, folder, embed or Counted(), EMBEDDER.name)


def filled() -> MemoryStore:
    store = MemoryStore()
    nodes = [
        Passage(uid=uid, recorded_at=NOW, source="doc", position=at, text=uid)
        for at, uid in enumerate(PASSAGES)
    ]
    store.apply(SPACE, lambda _: Changes(nodes=tuple(nodes)))
    return store


def judge(
    store: MemoryStore, at: int, used: Sequence[str], outcome: Outcome, run: str | None = None
) -> None:
    task = Query(uid=f"q{at}", recorded_at=NOW, text=QUESTIONS[at], outcome=outcome, source=run)
    held = [uid for uid in used if store.get(SPACE, [uid])[0] is not None]
    edges = [Edge(kind="USED", start=task.uid, end=uid, sources={f"r{at}": 1.0}) for uid in held]
    known = store.get(SPACE, [task.uid])[0] is not None
    store.apply(
        SPACE, lambda _: Changes((task,), tuple(edges), remove_sources=(f"r{at}",) * known)
    )


def remove(store: MemoryStore, *uids: str) -> None:
    store.apply(SPACE, lambda _: Changes(remove_nodes=uids))


def told(view: JudgedView, store: MemoryStore) -> list[list[Judged]]:
    view.refresh(store)
    return [view.alike(EMBEDDER.embed([question])[0], 0.1) for question in QUESTIONS]


_STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(range(len(QUESTIONS))),
            st.lists(st.sampled_from(PASSAGES), unique=True),
            st.sampled_from(OUTCOMES),
        ),
        st.sampled_from([*PASSAGES, "q0", "q1", "q2", "look", "save", "reopen"]),
    ),
    max_size=15,
)


@given(_STEPS)
def test_it_tells_what_a_view_made_anew_tells(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, list[str], Outcome] | str]
) -> None:
    folder = tmp_path_factory.mktemp("views")
    store = filled()
    view = open_view(folder)
    for step in steps:
        if not isinstance(step, str):
            judge(store, *step)
        elif step == "look":
            view.refresh(store)
        elif step == "save":
            view.save(store)
        elif step == "reopen":
            view = open_view(folder)
        else:
            remove(store, step)
    assert told(view, store) == told(open_view(), store)


def test_it_tells_how_well_it_went_with_what_was_used() -> None:
    store = filled()
    judge(store, 0, ["p2", "p1"], "success")
    judge(store, 1, ["p1"], "failure")
    judge(store, 2, ["p3"], "unknown")
    cat, dog, paints = told(open_view(), store)
    assert [(one.share, one.used) for one in cat] == [(1.0, ("p1", "p2")), (0.0, ("p1",))]
    assert cat[0].cosine == pytest.approx(1.0)
    assert 0.1 < cat[1].cosine < 1.0
    assert [one.share for one in dog] == [1.0, 0.0]
    assert paints == []


def test_the_task_of_a_run_is_no_question_that_was_judged() -> None:
    store = filled()
    judge(store, 0, ["p1"], "success", run="run-1")
    assert told(open_view(), store) == [[], [], []]


def test_what_is_deleted_is_forgotten() -> None:
    store = filled()
    view = open_view()
    judge(store, 0, ["p1", "p2"], "success")
    assert told(view, store)[0]
    remove(store, "p1")
    assert [one.used for one in told(view, store)[0]] == [("p2",)]
    remove(store, "q0")
    assert told(view, store) == [[], [], []]


def test_a_question_is_embedded_once_and_its_vector_kept(tmp_path: Path) -> None:
    store = filled()
    embed = Counted()
    view = open_view(tmp_path, embed)
    judge(store, 0, ["p1"], "success")
    first = told(view, store)
    told(view, store)
    view.save(store)
    again = open_view(tmp_path, embed)
    assert told(again, store) == first
    assert embed.texts == [QUESTIONS[0]]


def test_vectors_of_another_model_are_made_anew(tmp_path: Path) -> None:
    store = filled()
    view = open_view(tmp_path)
    judge(store, 0, ["p1"], "success")
    told(view, store)
    view.save(store)
    embed = Counted()
    other = JudgedView(SPACE, tmp_path, embed, "another")
    other.refresh(store)
    assert embed.texts == [QUESTIONS[0]]


def test_an_empty_view_finds_nothing_and_keeps_no_file(tmp_path: Path) -> None:
    store = filled()
    view = open_view(tmp_path)
    assert told(view, store) == [[], [], []]
    view.save(store)
    assert list(tmp_path.iterdir()) == []
    assert view.alike(np.zeros(16, np.float32), 0.0) == []
