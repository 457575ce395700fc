"""What is best does not depend on the order in which it was added, where scores tie, either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.uid_index import to_keys
from graphmem.ports import GraphReader
from graphmem.reading.analyse import analyse
from graphmem.stores.memory import MemoryStore
from graphmem.views.text import TextView
from graphmem.views.text_best import first_of, last_alike, told_in
from graphmem_schemas import Passage, Source

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"
N = 60


def passage(number: int, title: str | None) -> Passage:
    uid = blake2b(str(number).encode(), digest_size=16).hexdigest()
    return Passage(
        uid=uid, recorded_at=NOW, source=f"s{number}", position=0, title=title,
        text=f"Ann met somebody {'here' if number % 3 else 'near here'}.",
    )  # fmt: skip


def _always(changes: Changes, reader: GraphReader) -> Changes:
    return changes


def best(order: Sequence[int], n_best: int, title: str | None, *, at_once: bool) -> set[str]:
    """Return the uids of what a question finds best, of passages that came in an order."""
    store, view = MemoryStore(), TextView(SPACE, None)
    for number in order:
        one = passage(number, title)
        source = Source(uid=one.source, recorded_at=NOW, name=one.source, kind="document")
        changes = Changes(nodes=(source, one))
        store.apply(SPACE, partial(_always, changes))
        if not at_once:
            view.refresh(store)
    view.refresh(store)
    match = view.match(analyse("Whom did Ann meet here?").query)
    try:
        return set(match.uids(match.best(n_best)))
    finally:
        match.close()


@pytest.mark.parametrize("title", [None, "Ann", "Here"])
@given(order=st.permutations(range(N)), n_best=st.integers(1, N), at_once=st.booleans())
def test_of_equal_passages_those_with_the_first_uids_are_best(
    order: list[int], n_best: int, title: str | None, at_once: bool
) -> None:
    found = best(order, n_best, title, at_once=at_once)
    assert found == best(range(N), n_best, title, at_once=True)
    assert n_best <= len(found) <= 2 * n_best + 20


MOMENTS = (10, 20, 30, 40, 50, 60)


def _touched(scores: np.ndarray, until: int = 100) -> tuple[Any, ...]:
    n = len(scores)
    passages = SimpleNamespace(at=np.array(MOMENTS), alive=np.array([1, 1, 1, 1, 1, 0], np.uint8))
    rows = np.flatnonzero(scores > 0).astype(np.int32)
    work = SimpleNamespace(touched=np.concatenate([rows, np.zeros(n - len(rows), np.int32)]))
    return len(rows), until, passages, work


def _keys(rows: np.ndarray) -> Any:
    return to_keys([f"{int(row):032x}" for row in rows])


def test_of_a_time_the_best_come_first_and_then_the_latest() -> None:
    scores = np.array([3.0, 0.0, 1.0, 0.0, 2.0, 9.0], np.float32)

    def told(spans: list[tuple[int, int]], n_best: int, until: int = 100) -> list[int]:
        return sorted(told_in(spans, n_best, scores, _touched(scores, until), _keys).tolist())

    assert told([(20, 60)], 9) == [1, 2, 3, 4]
    assert told([(20, 60)], 2) == [2, 4]
    assert told([(20, 60)], 3) == [2, 3, 4]  # without a word: the later one
    assert told([(0, 11), (50, 2**62)], 9) == [0, 4]  # row 5 is no more
    assert told([(0, 2**62)], 9, until=30) == [0, 1, 2]
    assert told([(70, 80)], 9) == []


def test_of_a_time_of_very_many_only_those_with_a_word_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("graphmem.views.text_best._MANY", 3)
    scores = np.array([3.0, 0.0, 1.0, 0.0, 2.0, 9.0], np.float32)
    assert sorted(told_in([(20, 60)], 9, scores, _touched(scores), _keys).tolist()) == [2, 4]


def test_the_last_of_those_that_fit_alike() -> None:
    scores = np.array([3.0, 2.9, 1.0, 2.5, 0.0, 0.0], np.float32)
    for n_best, rows in ((9, [0, 1, 3]), (2, [1, 3]), (1, [3])):
        assert sorted(last_alike(n_best, scores, _touched(scores), _keys).tolist()) == rows
    assert last_alike(1, scores, _touched(scores, 25), _keys).tolist() == [1]
    nothing = np.zeros(6, np.float32)
    assert last_alike(3, nothing, _touched(nothing), _keys).tolist() == []


def test_of_a_title_the_first_passages_of_its_sources_come_first() -> None:
    uids = ["c", "a", "b", "d"]
    rows, positions = np.arange(4), np.array([1, 0, 0, 0])

    def chosen(n_first: int) -> list[int]:
        keys = to_keys(uids)
        found = first_of(rows, positions, n_first, lambda some: keys[some])
        return [int(row) for row in found]

    assert sorted(chosen(9)) == [0, 1, 2, 3]
    by_key = sorted((1, 2, 3), key=lambda row: to_keys([uids[row]])[0])
    assert sorted(chosen(2)) == sorted(by_key[:2])
    assert sorted(chosen(3)) == sorted(by_key)
