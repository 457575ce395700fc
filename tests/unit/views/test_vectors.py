"""The vector view, on the reference store, against plain numpy."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes, Vector
from graphmem.core.uid_index import to_keys
from graphmem.errors import DimensionMismatch, InvalidInput
from graphmem.ports import Float32
from graphmem.stores.memory import MemoryStore
from graphmem.views import vector_rows
from graphmem.views import vectors as module
from graphmem.views.vector_rows import VectorRows
from graphmem.views.vectors import VectorView
from graphmem_schemas import Passage

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SPACE, DIMENSION = "s", 24
TEXTS = ("any text, né?", "text uid")


def unit(seed: int, size: int, dimension: int = DIMENSION, n_groups: int = 0) -> Float32:
    """Rows of unit length; with groups, gathered around that many directions as texts are."""
    random = np.random.default_rng(seed)
    rows = random.standard_normal((size, dimension))
    if n_groups:
        rows = (
            2 * random.standard_normal((n_groups, dimension))[rows.argsort()[:, 0] % n_groups]
            + rows
        )
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def names(size: int, start: int = 0) -> list[str]:
    return [f"{number:032x}" for number in range(start, start + size)]


def put(store: MemoryStore, uids: list[str], rows: Float32, space: str = SPACE) -> None:
    nodes = tuple(
        Passage(uid=uid, recorded_at=NOW, source="source", position=0, text=uid) for uid in uids
    )
    vectors = tuple(Vector(uid, row) for uid, row in zip(uids, rows, strict=True))
    store.apply(space, lambda _: Changes(nodes=nodes, vectors=vectors))


def remove(store: MemoryStore, uids: Iterable[str]) -> None:
    store.apply(SPACE, lambda _: Changes(remove_nodes=tuple(uids)))


def opened(store: MemoryStore, folder: Path | None = None) -> VectorView:
    view = VectorView(SPACE, DIMENSION, folder)
    view.refresh(store)
    return view


def nearest(view: VectorView, query: Float32, k: int) -> tuple[list[str], Float32]:
    """What is nearest, by uid; those of the texts that these tests use are known by their keys."""
    keys, cosines = view.nearest(query, k)
    texts = {to_keys([text]).tobytes(): text for text in TEXTS}
    raw = [keys[at : at + 1].tobytes() for at in range(len(keys))]
    return [texts.get(key, key.hex()) for key in raw], cosines


def cosines_of(view: VectorView, query: Float32, uids: list[str]) -> Float32:
    """The cosine of each, NaN for none, from where the view says that its vector is."""
    base, tail, slots = view.placed(to_keys(uids))
    rows = np.concatenate([base, tail, np.full((1, DIMENSION), np.nan, np.float32)])
    found: Float32 = rows[slots] @ query
    return found


def expected(held: dict[str, Float32], query: Float32, k: int) -> list[str]:
    return sorted(held, key=lambda uid: (-float(held[uid] @ query), uid))[:k]


def test_search_finds_what_plain_numpy_finds() -> None:
    store, rows = MemoryStore(), unit(1, 3000)
    put(store, names(3000), rows)
    view = opened(store)
    assert len(view) == 3000
    for query in unit(2, 20):
        uids, cosines = nearest(view, query, 50)
        assert uids == expected(dict(zip(names(3000), rows, strict=True)), query, 50)
        wanted = [rows[int(uid, 16)] @ query for uid in uids]
        np.testing.assert_allclose(cosines, wanted, atol=1e-6)
        assert cosines.dtype == np.float32


def test_equal_vectors_are_ordered_by_uid_even_at_the_cut() -> None:
    store = MemoryStore()
    row = unit(3, 1)
    uids = [f"{number * 7919 % 1000:032x}" for number in range(1000)]
    put(store, uids, np.repeat(row, 1000, axis=0))
    found, cosines = nearest(opened(store), row[0], 10)
    assert found == sorted(uids)[:10]
    assert len(set(cosines.tolist())) == 1


def test_the_order_of_writing_changes_nothing() -> None:
    rows = unit(4, 500)
    one, other = MemoryStore(), MemoryStore()
    put(one, names(500), rows)
    for at in range(499, -1, -1):
        put(other, names(1, at), rows[at : at + 1])
    for query in unit(5, 5):
        (uids, cosines), (others, same) = (nearest(opened(s), query, 20) for s in (one, other))
        assert uids == others
        assert cosines.tobytes() == same.tobytes()


def test_an_empty_space_gives_nothing() -> None:
    view = opened(MemoryStore())
    uids, cosines = nearest(view, unit(1, 1)[0], 5)
    assert (uids, len(cosines), len(view)) == ([], 0, 0)
    assert np.isnan(cosines_of(view, unit(1, 1)[0], ["x"])).all()


def test_fewer_vectors_than_asked_for_all_come() -> None:
    store = MemoryStore()
    put(store, names(3), unit(1, 3))
    assert sorted(nearest(opened(store), unit(2, 1)[0], 10)[0]) == names(3)


def test_cosines_of_given_uids_with_nan_for_unknown_and_removed_ones() -> None:
    store, rows = MemoryStore(), unit(6, 10)
    put(store, [*names(9), "any text, né?"], rows)
    remove(store, names(1, 2))
    view, query = opened(store), unit(7, 1)[0]
    got = cosines_of(view, query, [TEXTS[0], "unknown", *names(1, 2), *names(1, 4)])
    assert np.isnan(got).tolist() == [False, True, True, False]
    np.testing.assert_allclose(got[[0, 3]], rows[[9, 4]] @ query, atol=1e-6)


def test_spaces_do_not_see_each_other() -> None:
    store = MemoryStore()
    put(store, names(2), unit(1, 2))
    put(store, names(2, 5), unit(2, 2), space="other")
    assert sorted(nearest(opened(store), unit(1, 1)[0], 9)[0]) == names(2)


def test_refresh_takes_over_new_replaced_and_removed_vectors() -> None:
    store, rows = MemoryStore(), unit(8, 20)
    put(store, names(20), rows)
    view = opened(store)
    put(store, names(1, 3), rows[5:6])
    remove(store, names(5, 10))
    put(store, names(2, 30), -rows[:2])
    view.refresh(store)
    assert view.seq == store.seq(SPACE)
    assert len(view) == 17
    assert nearest(view, rows[5], 2)[0] == [*names(1, 3), *names(1, 5)]
    assert nearest(view, -rows[0], 1)[0] == names(1, 30)
    assert not set(names(5, 10)) & set(nearest(view, rows[11], 50)[0])


def test_a_removed_uid_may_come_back() -> None:
    store, rows = MemoryStore(), unit(9, 2)
    put(store, names(1), rows[:1])
    view = opened(store)
    remove(store, names(1))
    put(store, names(1), rows[1:])
    view.refresh(store)
    uids, cosines = nearest(view, rows[1], 5)
    assert uids == names(1)
    assert cosines[0] == pytest.approx(1)


class Counting(MemoryStore):
    """Counts how often the changes are read."""

    n_reads = 0

    def changes(self, *args: object, **options: object):  # type: ignore[no-untyped-def,override]
        self.n_reads += 1
        return super().changes(*args, **options)  # type: ignore[arg-type]


def test_refresh_without_news_reads_no_changes() -> None:
    store = Counting()
    put(store, names(2), unit(1, 2))
    view = opened(store)
    view.refresh(store)
    assert store.n_reads == 1


@pytest.mark.parametrize("n_in_graph", [0, 2_000])
def test_several_queries_at_once_find_what_each_finds(
    n_in_graph: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRAPH_FROM", 1_000)
    monkeypatch.setattr(module, "_GRAPH_REST", 100)
    store = MemoryStore()
    put(store, names(2_000), unit(11, 2_000, n_groups=40))
    view = opened(store)
    if n_in_graph:
        view.build_graph()
    put(store, names(90, 5_000), unit(12, 90))
    view.refresh(store)
    queries, ks = unit(13, 6), [80, 40, 20, 20, 1, 500]
    for count in (6, 5, 1):  # with a k that widens the search in the graph, and without
        found = view.nearest_each(queries[:count], ks[:count])
        singly = [view.nearest(q, k) for q, k in zip(queries[:count], ks[:count], strict=True)]
        for (keys, cosines), (own, its) in zip(found, singly, strict=True):
            assert keys.tolist() == own.tolist()
            assert cosines.tobytes() == its.tobytes()
    assert view.nearest_each(queries[:0], []) == []


def test_two_threads_that_share_a_look_find_what_one_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where one's half begins in what was saved and ends in what came since."""
    saved = VectorRows(DIMENSION)
    saved.append(unit(14, 301), np.arange(301))
    rows = VectorRows(DIMENSION, saved.to_arrays())
    rows.append(unit(15, 200), np.arange(200))
    queries = unit(16, 3)
    alone = [rows.approximate(queries, start, 501) for start in (0, 7, 300, 500)]
    monkeypatch.setattr(vector_rows, "_MANY", 1)
    shared = [rows.approximate(queries, start, 501) for start in (0, 7, 300, 500)]
    assert [one.tobytes() for one in shared] == [one.tobytes() for one in alone]


def test_wrong_queries_are_refused() -> None:
    store = MemoryStore()
    put(store, names(2), unit(1, 2))
    view = opened(store)
    with pytest.raises(InvalidInput, match="k is 0"):
        nearest(view, unit(1, 1)[0], 0)
    with pytest.raises(DimensionMismatch, match="24"):
        nearest(view, np.ones(5, np.float32), 3)
    with pytest.raises(InvalidInput, match="NaN"):
        view.nearest(np.full(DIMENSION, np.nan, np.float32), 1)


def test_vectors_of_another_embedder_are_refused() -> None:
    store = MemoryStore()
    put(store, names(1), unit(1, 1, dimension=7))
    with pytest.raises(DimensionMismatch, match="another embedder"):
        opened(store)


def test_searches_run_while_another_thread_refreshes() -> None:
    store, rows = MemoryStore(), unit(22, 1200)
    put(store, names(1), rows[:1])
    view = opened(store)
    done = threading.Event()

    def write() -> None:
        try:
            for at in range(0, 1200, 20):
                put(store, names(20, at), rows[at : at + 20])
                view.refresh(store)
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        uids, cosines = nearest(view, rows[0], 5)
        assert uids[0] == names(1)[0]
        assert cosines[0] == pytest.approx(1)
    writer.join(30)
    assert len(view) == 1200


# What is kept on disk


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


# Large spaces


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRAPH_FROM", 500)
    monkeypatch.setattr(module, "_GRAPH_REST", 100)


@pytest.mark.usefixtures("small_limits")
def test_the_graph_is_built_when_asked_for_and_finds_nearly_all(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(17, 5000, n_groups=200)
    put(store, names(5000), rows)
    view = opened(store, tmp_path)
    held = dict(zip(names(5000), rows, strict=True))
    view.save(store)
    assert len(view._content._graph) == 0
    view.build_graph()
    view.save(store)
    for seen in (view, opened(store, tmp_path)):
        assert len(seen._content._graph) == 5000
        shares = [
            len(set(nearest(seen, query, 100)[0]) & set(expected(held, query, 100))) / 100
            for query in unit(17, 5000, n_groups=200)[::500]
        ]
        assert np.mean(shares) >= 0.98


@pytest.mark.usefixtures("small_limits")
def test_a_graph_that_cannot_forget_a_vector_is_given_up(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(23, 800)
    put(store, names(800), rows)
    view = opened(store, tmp_path)
    view.build_graph()
    view.save(store)
    remove(store, names(1, 7))
    view.refresh(store)
    view.save(store)
    again = opened(store, tmp_path)
    assert len(again._content._graph) == 0
    (file,) = tmp_path.iterdir()
    assert rows[7].tobytes() not in file.read_bytes()
    assert rows[8].tobytes() in file.read_bytes()
    again.build_graph()
    assert len(again._content._graph) == 799


@pytest.mark.usefixtures("small_limits")
def test_the_graph_gives_no_removed_or_replaced_vector(tmp_path: Path) -> None:
    store, rows = MemoryStore(), unit(18, 2000)
    put(store, names(2000), rows)
    view = opened(store, tmp_path)
    view.build_graph()
    view.save(store)
    view = opened(store, tmp_path)
    remove(store, names(50))
    put(store, names(1, 60), -rows[60:61])
    put(store, names(1, 5000), rows[10:11])
    view.refresh(store)
    assert nearest(view, rows[10], 1)[0] == names(1, 5000)
    assert nearest(view, -rows[60], 1)[0] == names(1, 60)
    assert not set(names(50)) & set(nearest(view, rows[7], 200)[0])
    assert len(view) == 1951


@pytest.mark.usefixtures("small_limits")
def test_a_graph_of_another_usearch_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, rows = MemoryStore(), unit(19, 1000)
    put(store, names(1000), rows)
    view = opened(store, tmp_path)
    view.build_graph()
    view.save(store)
    arrays = view._content.to_arrays() | {"graph": np.frombuffer(b"other" * 99, np.uint8)}
    monkeypatch.setattr(view._content, "to_arrays", lambda: arrays)
    view._saved_seq = -1
    view.save(store)
    again = opened(store, tmp_path)
    assert len(again._content._graph) == 0
    assert nearest(again, rows[5], 1)[0] == names(1, 5)
    again.build_graph()
    assert len(again._content._graph) == 1000


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
