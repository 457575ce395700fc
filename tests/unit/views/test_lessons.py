"""The lesson view: it follows the store, and its vectors are those of the texts that are there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphmem.core.changes import Changes
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder
from graphmem.views.lessons import LessonView
from graphmem_schemas import Insight, Node, Prescription, Query

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Models:
    """Only the embedder is asked for."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        outer = self

        class Counting(FakeEmbedder):
            def embed(self, texts: Any) -> Any:
                outer.embedded.extend(texts)
                return super().embed(texts)

        self.embedder = Counting()
        self.encoder: Any = None
        self.extractor: Any = None


def how(uid: str, text: str, position: int = 0) -> Prescription:
    return Prescription(
        uid=uid, recorded_at=AT, text=text, when="any", source="s", position=position
    )


def put(store: MemoryStore, *nodes: Node, remove: tuple[str, ...] = ()) -> None:
    store.apply("a", lambda _: Changes(nodes=nodes, remove_nodes=remove))


def opened(store: MemoryStore, folder: Path | None = None) -> tuple[LessonView, Models]:
    models = Models()
    view = LessonView("a", folder, models)
    view.refresh(store)
    return view, models


def test_a_lesson_whose_words_changed_is_found_by_the_new_ones_in_every_channel() -> None:
    store = MemoryStore()
    put(store, how("p", "bake bread"), how("q", "walk the dog", 1))
    view, models = opened(store)
    assert view.best("Prescription", "bread", 1)[0].uid == "p"
    put(store, how("p", "fold paper"), how("q", "bake bread", 1))
    view.refresh(store)
    found = view.best("Prescription", "bread", 2)
    assert found[0].uid == "q"
    # Bit for bit what a view has that never saw the old words.
    assert found == opened(store)[0].best("Prescription", "bread", 2)
    assert sum("bake bread" in text for text in models.embedded) == 1


def test_what_is_removed_is_found_no_more() -> None:
    store = MemoryStore()
    put(store, how("p", "bake bread"), how("q", "bake cake", 1))
    view, _ = opened(store)
    put(store, remove=("p",))
    view.refresh(store)
    assert [one.uid for one in view.best("Prescription", "bake", 9)] == ["q"]
    put(store, remove=("q",))
    view.refresh(store)
    assert view.best("Prescription", "bake", 9) == []


def test_counts_of_an_insight_make_no_new_vector() -> None:
    store = MemoryStore()
    first = Insight(uid="i", recorded_at=AT, text="1 of 1", when="wash _", steps=("go", "wash"))
    put(store, first)
    view, models = opened(store)
    view.best("Insight", "wash", 1)
    n_made = len(models.embedded)
    put(store, first.model_copy(update={"text": "2 of 2", "alpha": 3.0}))
    view.refresh(store)
    view.best("Insight", "wash", 1)
    assert models.embedded[n_made:] == ["wash"]  # the question alone


def test_kept_vectors_are_of_what_is_there_alone(tmp_path: Path) -> None:
    store = MemoryStore()
    put(store, how("p", "bake bread"), how("q", "bake cake", 1))
    view, _ = opened(store, tmp_path)
    view.best("Prescription", "bake", 2)
    put(store, remove=("p",))
    view.refresh(store)
    view.save(store)
    (kept,) = tmp_path.glob("*.snap")
    again, models = opened(store, tmp_path)
    assert [one.uid for one in again.best("Prescription", "bake", 2)] == ["q"]
    assert not any("cake" in text for text in models.embedded)
    assert kept.stat().st_size < 1_000


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    store = MemoryStore()
    put(store, how("p", "bake bread"))
    view, _ = opened(store, tmp_path)
    shown = view.best("Prescription", "bake", 1)
    view.save(store)
    (path,) = tmp_path.glob("*.snap")
    path.write_bytes(path.read_bytes()[:-7])
    assert opened(store, tmp_path)[0].best("Prescription", "bake", 1) == shown


def test_slots_are_those_of_the_runs_that_are_there() -> None:
    store = MemoryStore()
    run = Query(uid="r", recorded_at=AT, text="wash a cup", skeleton="wash _", shown=("cup",))
    put(store, run, run.model_copy(update={"uid": "s", "shown": ("cup", "pan")}))
    view, _ = opened(store)
    assert view.slots() == {"cup", "pan"}
    put(store, remove=("s",))
    view.refresh(store)
    assert view.slots() == {"cup"}
    assert [one.uid for one in view.similar("wash _", 5)] == ["r"]


def test_questions_leave_nothing_behind() -> None:
    store = MemoryStore()
    put(store, how("p", "bake bread"))
    view, models = opened(store)
    for _ in range(2):
        assert view.best("Prescription", "how is bread made?", 1)[0].uid == "p"
    # What is kept is not made again: the lesson is, the question is not.
    assert models.embedded.count("how is bread made?") == 2
    assert sum("bake bread" in text for text in models.embedded) == 1
