"""A page costs what it shows, however large the space, and ends where it would have to look on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.core.changes import Changes
from graphmem.reading.browse import neighbour_page
from graphmem.reading.drawn import Moments
from graphmem.stores.sqlite import SqliteStore, paging, reads
from graphmem.stores.sqlite.rows import decode_sources
from graphmem.testing.samples import edge, entity, passage, source

Look = Callable[[sqlite3.Connection], Any]


def steps(path: Path, look: Look) -> int:
    """How many instructions SQLite runs for a look at a file."""
    n_steps = 0

    def count() -> int:
        nonlocal n_steps
        n_steps += 1
        return 0

    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(count, 1)
        look(connection)
    return n_steps


@pytest.mark.parametrize(
    "look",
    [
        lambda connection: paging.page_by_key(connection, "a", "Source", "s1", 5),
        lambda connection: paging.page(connection, "a", ("Passage",), "p1", 5),
    ],
    ids=["by key", "by uid"],
)
def test_a_page_costs_what_it_shows(
    tmp_path: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_MOST_LOOKED_AT", 50)
    costs = []
    for n in (100, 4_000):
        path = tmp_path / f"{n}.db"
        with closing(SqliteStore(path)) as store:
            sources = tuple(source(f"s{i}") for i in range(n))
            passages = tuple(passage(f"p{i}") for i in range(n))
            store.apply("a", lambda _, nodes=sources + passages: Changes(nodes=nodes))  # type: ignore[misc]
        costs.append(steps(path, look))
    assert costs[0] == costs[1]


def test_what_is_rare_comes_on_short_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_MOST_LOOKED_AT", 50)
    with closing(SqliteStore(tmp_path / "a.db")) as store:
        crowd = tuple(passage(f"{i:04}") for i in range(500))
        few = tuple(entity(f"{i:04}e") for i in (3, 4, 250, 499))
        store.apply("a", lambda _: Changes(nodes=crowd + few))
        found: list[str] = []
        n_pages, after = 0, ""
        while True:
            nodes, _, following = store.page("a", ("Entity",), after, 2)
            found += [node.uid for node in nodes]
            n_pages += 1
            if following is None:
                break
            assert following > after
            after = following
    assert found == [node.uid for node in few]
    assert n_pages >= 500 // 50


def test_only_the_edges_of_a_page_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def decoded(text: str) -> dict[int, float]:
        read.append(text)
        return decode_sources(text)

    monkeypatch.setattr(reads, "decode_sources", decoded)
    with closing(SqliteStore(tmp_path / "a.db")) as store:
        crowd = [entity(f"e{i:03}") for i in range(300)]
        edges = [edge("e000", one.uid, sources={f"s{i}": 1.0}) for i, one in enumerate(crowd[1:])]
        store.apply("a", lambda _: Changes(nodes=tuple(crowd), edges=tuple(edges)))
        read.clear()
        neighbour_page(store, "a", "e000", None, Moments(datetime.now(UTC)), 5, None)
    assert 0 < len(read) <= 6
