"""What is best does not depend on the order in which it was added, where scores tie, either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b

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
from graphmem.views.text_best import first_of
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
