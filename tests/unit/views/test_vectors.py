"""The vector view, on the reference store, against plain numpy."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from graphmem.errors import DimensionMismatch, InvalidInput
from graphmem.stores.memory import MemoryStore
from graphmem.views import vectors as module
from tests.unit.views.vector_space import (
    DIMENSION,
    SPACE,
    TEXTS,
    Counting,
    cosines_of,
    expected,
    names,
    nearest,
    opened,
    put,
    remove,
    unit,
)


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
