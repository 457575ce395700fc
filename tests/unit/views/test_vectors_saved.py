"""The vector view that is kept on disk: saved, opened, useless, or ahead of its store."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.stores.memory import MemoryStore
from graphmem.views.vectors import VectorView
from tests.unit.views.vector_space import (
    DIMENSION,
    SPACE,
    Counting,
    expected,
    names,
    nearest,
    opened,
    put,
    remove,
    unit,
)


def test_a_saved_view_is_opened_without_reading_the_store(tmp_path: Path) -> None:
    store, rows = Counting(), unit(10, 300)
    put(store, [*names(299), "text uid"], rows)
    first = opened(store, tmp_path)
    first.save(store)
    second = VectorView(SPACE, DIMENSION, tmp_path)
    store.n_reads = 0
    second.refresh(store)
    assert (second.seq, len(second)) == (first.seq, 300)
    for query in unit(11, 5):
        (uids, cosines), (others, same) = nearest(first, query, 20), nearest(second, query, 20)
        assert uids == others
        assert cosines.tobytes() == same.tobytes()
    assert nearest(second, rows[299], 1)[0] == ["text uid"]


def test_an_opened_view_goes_on_from_where_it_was_saved(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(12, 60)
    put(store, names(50), rows[:50])
    opened(store, tmp_path).save(store)
    put(store, names(10, 50), rows[50:])
    put(store, names(1), rows[59:])
    remove(store, names(1, 20))
    for _ in range(2):
        view = opened(store, tmp_path)
        held = {uid: rows[int(uid, 16)] for uid in names(60)} | {names(1)[0]: rows[59]}
        del held[names(1, 20)[0]]
        for query in unit(13, 5):
            assert nearest(view, query, 60)[0] == expected(held, query, 60)
        view.save(store)


@pytest.mark.parametrize("damage", ["gone", "cut", "noise", "other store", "other space"])
def test_a_useless_snapshot_costs_only_a_rebuild(tmp_path: Path, damage: str) -> None:
    store, rows = MemoryStore(), unit(14, 40)
    put(store, names(40), rows)
    opened(store, tmp_path).save(store)
    (file,) = tmp_path.iterdir()
    raw = file.read_bytes()
    if damage == "gone":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(raw[: len(raw) // 2])
    elif damage == "noise":
        file.write_bytes(raw[:4000] + b"\x7f" * 64 + raw[4064:])
    elif damage == "other store":
        store = MemoryStore()
        put(store, names(40), rows)
    else:
        put(store, names(5, 90), -rows[:5], space="other")
    space = "other" if damage == "other space" else SPACE
    view = VectorView(space, DIMENSION, tmp_path)
    view.refresh(store)
    assert view.seq == store.seq(space)
    query = -rows[3] if damage == "other space" else rows[3]
    assert nearest(view, query, 1)[0] == names(1, 93 if damage == "other space" else 3)


class Rewound(MemoryStore):
    """A store that was put back to an older state of itself."""

    def __init__(self, other: MemoryStore) -> None:
        super().__init__()
        self.identity = other.identity


def test_a_store_that_went_back_is_read_anew(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(15, 4)
    for at in range(4):
        put(store, names(1, at), rows[at : at + 1])
    view = opened(store, tmp_path)
    view.save(store)
    old = Rewound(store)
    put(old, names(1), rows[:1])
    view.refresh(old)
    assert (len(view), view.seq) == (1, old.seq(SPACE))
    assert len(opened(old, tmp_path)) == 1


def test_a_store_that_went_back_and_was_written_past_the_view_is_read_anew(
    tmp_path: Path,
) -> None:
    store, rows = MemoryStore(), unit(24, 9)
    for at in range(2):
        put(store, names(1, at), rows[at : at + 1])
    view = opened(store, tmp_path)
    view.save(store)
    old = Rewound(store)
    for at in range(5, 9):
        put(old, names(1, at), rows[at : at + 1])
    view.refresh(old)
    for seen in (view, opened(old, tmp_path)):
        assert len(seen) == 4
        assert nearest(seen, rows[5], 1)[0] == names(1, 5)


def test_saving_without_news_leaves_the_file_alone(tmp_path: Path) -> None:
    store = MemoryStore()
    put(store, names(3), unit(1, 3))
    view = opened(store, tmp_path)
    view.save(store)
    (file,) = tmp_path.iterdir()
    file.unlink()
    view.save(store)
    assert list(tmp_path.iterdir()) == []


def test_dead_vectors_are_given_up_when_they_are_many(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(16, 400, dimension=DIMENSION)
    put(store, names(400), rows)
    view = opened(store, tmp_path)
    view.save(store)
    (file,) = tmp_path.iterdir()
    size = file.stat().st_size
    remove(store, names(300))
    view.refresh(store)
    view.save(store)
    assert file.stat().st_size < size / 3
    for again in (view, opened(store, tmp_path)):
        assert len(again) == 100
        assert nearest(again, rows[350], 1)[0] == names(1, 350)


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove", "refresh", "reopen"]),
        st.integers(0, 5),
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(steps=STEPS)
def test_any_history_gives_what_the_store_holds(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("view")
    store, rows = MemoryStore(), unit(20, 4)
    view, held = opened(store, folder), {}
    for action, number, row in steps:
        uid = names(6)[number]
        if action == "put":
            put(store, [uid], rows[row : row + 1])
            held[uid] = rows[row]
        elif action == "remove" and held.pop(uid, None) is not None:
            remove(store, [uid])
        elif action == "refresh":
            view.refresh(store)
        elif action == "reopen":
            view.save(store)
            view = opened(store, folder)
    view.refresh(store)
    assert len(view) == len(held)
    query = unit(21, 1)[0]
    assert nearest(view, query, 6)[0] == expected(held, query, 6)
