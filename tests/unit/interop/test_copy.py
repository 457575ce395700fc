"""A space copied between two stores: the same at the end, however it got there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput, NotFound, StoreBusy, StoreError
from graphmem.interop.compare import holdings, missing_from
from graphmem.interop.copy import copy_space
from graphmem.ports import GraphStore
from graphmem.stores.memory import MemoryStore
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing import feed_contract
from graphmem.testing.random_graphs import changes
from graphmem.testing.samples import edge, entity, one_of_each_label, passage, vector


def put(store: GraphStore, space: str = "a", **parts: Any) -> None:
    store.apply(space, lambda _: Changes(**parts))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "target.db")
    yield store
    store.close()


def test_all_of_a_space_arrives_and_nothing_of_another(sqlite: SqliteStore) -> None:
    source = MemoryStore()
    put(source, nodes=one_of_each_label(), vectors=(vector("passage", 0.5),))
    put(source, edges=(edge("event", "entity", sources={"s": 0.1, "t": 2.0}, role="agent"),))
    put(source, "b", nodes=(entity("secret"),))
    copied = copy_space(source, "a", sqlite, "c")
    assert not copied.resumed
    assert sqlite.spaces() == ["c"]
    assert copied.holdings == holdings(sqlite, "c") == holdings(source, "a")
    again = copy_space(source, "a", sqlite, "c")
    assert (again.resumed, again.n_batches) == (True, 0)


@given(graph=changes())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_any_graph_arrives_as_it_is(graph: Changes) -> None:
    source, target = MemoryStore(), MemoryStore()
    source.apply("a", lambda _: graph)
    if not graph.empty:
        copy_space(source, "a", target, "a")
        assert holdings(source, "a") == holdings(target, "a")


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_follows_its_source_through_any_history(sqlite: SqliteStore, seed: int) -> None:
    """Removed nodes, removed edges and sources that were taken back are carried over too."""
    source, rng = MemoryStore(), random.Random(seed)
    put(source, nodes=(entity("first"),))
    for step in range(60):
        more = feed_contract._random_changes(rng)
        source.apply("a", lambda _, more=more: more)
        if step % 7 == 0:
            copy_space(source, "a", sqlite, "a")


class Overtaken(MemoryStore):
    """Lets something be written between two batches of its feed."""

    def __init__(self, writes: list[Changes]) -> None:
        super().__init__()
        self.writes = writes

    def changes(self, space: str, after: int, **wanted: Any) -> Iterator[Any]:
        for batch in super().changes(space, after, **wanted):
            yield batch
            if self.writes and wanted:
                more = self.writes.pop(0)
                self.apply(space, lambda _, more=more: more)  # type: ignore[misc]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.stores.memory.feed._BATCH_ROWS", 5)
    monkeypatch.setattr("graphmem.stores.sqlite.feed.BATCH_ROWS", 5)


@pytest.mark.usefixtures("small_batches")
def test_a_source_that_is_written_meanwhile_is_caught_up_with(sqlite: SqliteStore) -> None:
    nodes = [passage(f"{i:02}") for i in range(30)]
    source = Overtaken(
        [
            Changes(nodes=(passage("03", text="new"),), edges=(edge("03", "29"),)),
            Changes(remove_nodes=("00", "28"), nodes=(passage("30"),)),
            Changes(remove_sources=("t",), vectors=(vector("29"),)),
            Changes(nodes=(passage("28", text="back"),)),
        ]
    )
    for first, second in pairwise(nodes):
        joined = edge(first.uid, second.uid, sources={"s": 1.0, "t": 1.0})
        put(source, nodes=(first, second), edges=(joined,), vectors=(vector(first.uid),))
    copied = copy_space(source, "a", sqlite, "a")
    assert copied.n_batches > 5
    assert not source.writes
    assert sqlite.get("a", ["00"]) == [None]


def test_a_source_that_is_never_quiet_says_so(sqlite: SqliteStore) -> None:
    source = Overtaken([Changes(nodes=(entity(str(i)),)) for i in range(200)])
    put(source, nodes=(entity("x"),))
    with pytest.raises(StoreBusy, match="during each of"):
        copy_space(source, "a", sqlite, "a")


def test_a_target_that_holds_something_else_is_refused(sqlite: SqliteStore) -> None:
    source = MemoryStore()
    put(source, nodes=(entity("x"),))
    put(sqlite, nodes=(entity("mine"),))
    with pytest.raises(InvalidInput, match=r"holds 1 nodes that are no copy.*--merge"):
        copy_space(source, "a", sqlite, "a")
    assert sqlite.get("a", ["x"]) == [None]


def test_merging_adds_and_removes_nothing(sqlite: SqliteStore) -> None:
    source = MemoryStore()
    put(source, nodes=(entity("x"), entity("mine"), entity("gone")))
    put(source, remove_nodes=("gone", "mine"))
    put(source, nodes=(entity("y"),), edges=(edge("x", "y"),))
    mine = (entity("mine"), entity("gone"), entity("x"), entity("y"))
    put(sqlite, nodes=mine, edges=(edge("x", "y", sources={"mine": 1.0}),))
    copy_space(source, "a", sqlite, "a", merge=True)
    assert sqlite.count("a").nodes == {"Entity": 4}
    assert sqlite.neighbours("a", ["x"]) == [edge("x", "y", sources={"mine": 1.0, "s": 1.0})]
    put(source, remove_nodes=("x",))
    copy_space(source, "a", sqlite, "a", merge=True)
    assert sqlite.count("a").nodes == {"Entity": 4}
    assert not missing_from(sqlite, "a", source, "a")


def test_what_was_merged_is_not_taken_for_a_copy_later(sqlite: SqliteStore) -> None:
    """It removed what the target had of its own."""
    source = MemoryStore()
    put(source, nodes=(entity("x"), entity("shared")))
    put(sqlite, nodes=(entity("mine"), entity("shared")))
    copy_space(source, "a", sqlite, "a", merge=True)
    put(source, remove_nodes=("shared",))
    with pytest.raises(InvalidInput, match="say --merge again"):
        copy_space(source, "a", sqlite, "a")
    assert sqlite.count("a").nodes == {"Entity": 3}


def test_a_target_that_someone_wrote_to_is_left_as_it_is(sqlite: SqliteStore) -> None:
    """Also where the source has something new: it was written first and compared later."""
    source = MemoryStore()
    put(source, nodes=(entity("x"), entity("y")))
    copy_space(source, "a", sqlite, "a")
    put(sqlite, nodes=(entity("mine"),))
    put(source, nodes=(entity("new"),), remove_nodes=("y",))
    seq = sqlite.seq("a")
    with pytest.raises(StoreError, match=r"not the same as its source.*Entity: 3 against 2"):
        copy_space(source, "a", sqlite, "a")
    assert sqlite.seq("a") == seq
    put(sqlite, remove_nodes=("mine",))
    copy_space(source, "a", sqlite, "a")
    assert holdings(sqlite, "a") == holdings(source, "a")


def test_a_backup_is_another_place_and_goes_on_where_it_stayed(
    tmp_path: Path, sqlite: SqliteStore
) -> None:
    put(sqlite, nodes=(entity("x"), entity("y")))
    sqlite.close()
    path = tmp_path / "backup.db"
    path.write_bytes((tmp_path / "target.db").read_bytes())
    source, backup = SqliteStore(tmp_path / "target.db"), SqliteStore(path)
    put(source, nodes=(entity("z"),), remove_nodes=("y",))
    assert copy_space(source, "a", backup, "a").resumed
    assert holdings(backup, "a") == holdings(source, "a")
    again = SqliteStore(tmp_path / "target.db")
    for other in (source, again):
        with pytest.raises(InvalidInput, match="onto itself"):
            copy_space(source, "a", other, "a")
    for store in (source, backup, again):
        store.close()


class Counted(MemoryStore):
    """Counts how often all of its edges are read."""

    n_readings = 0

    def changes(self, space: str, after: int, **wanted: Any) -> Iterator[Any]:
        self.n_readings += not after and set(wanted) == {"kinds"}
        return super().changes(space, after, **wanted)


@pytest.mark.usefixtures("small_batches")
def test_edges_are_read_once_for_all_sources_that_were_taken_back(sqlite: SqliteStore) -> None:
    """Once for each batch that had any: a copy took the square of its edges."""
    source = Counted()
    nodes = [passage(f"{i:02}") for i in range(31)]
    put(source, nodes=tuple(nodes))
    for i in range(30):
        both = {"s": 1.0, f"t{i % 5}": 1.0}
        put(source, edges=(edge(f"{i:02}", f"{i + 1:02}", sources=both),))
    copy_space(source, "a", sqlite, "a")
    for i in range(4):
        put(source, remove_sources=(f"t{i}",))
    source.n_readings = 0
    copied = copy_space(source, "a", sqlite, "a")
    n_compared = 1  # holdings read them once more
    assert copied.n_batches > 3
    assert source.n_readings - n_compared == 1
    assert holdings(sqlite, "a") == holdings(source, "a")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (Changes(nodes=(entity("z"),)), "Entity: 3 against 2"),
        (Changes(remove_nodes=("y",)), "Entity: 1 against 2.*SIMILAR: 0 against 1"),
        (Changes(nodes=(entity("x", name="other"),)), "checksum"),
        (Changes(vectors=(vector("x", 0.0, 1.0),)), "checksum"),
        (Changes(edges=(edge("x", "y", sources={"s": 0.5}),)), "checksum"),
        (Changes(edges=(edge("x", "y", role="other"),)), "checksum"),
    ],
)
def test_a_target_that_someone_else_wrote_to_is_told_apart(
    sqlite: SqliteStore, spoil: Changes, says: str
) -> None:
    source = MemoryStore()
    nodes = (entity("x"), entity("y"))
    put(source, nodes=nodes, edges=(edge("x", "y"),), vectors=(vector("x"),))
    copy_space(source, "a", sqlite, "a")
    sqlite.apply("a", lambda _: spoil)
    with pytest.raises(StoreError, match=rf"not the same as its source.*{says}"):
        copy_space(source, "a", sqlite, "a")
    sqlite.apply("a", lambda _: Changes(remove_nodes=("x", "y", "z")))
    assert not copy_space(source, "a", sqlite, "a").resumed  # emptied: it begins anew


def test_what_cannot_be_copied(sqlite: SqliteStore) -> None:
    put(sqlite, nodes=(entity("x"),))
    with pytest.raises(NotFound, match="no space 'b'; it has 'a'"):
        copy_space(sqlite, "b", MemoryStore(), "b")
    with pytest.raises(InvalidInput, match="onto itself"):
        copy_space(sqlite, "a", sqlite, "a")
    copy_space(sqlite, "a", sqlite, "b")
    assert sqlite.spaces() == ["a", "b"]


def test_a_source_that_was_put_back_is_not_gone_on_with(
    tmp_path: Path, sqlite: SqliteStore
) -> None:
    path, backup = tmp_path / "source.db", tmp_path / "backup.db"
    source = SqliteStore(path)
    put(source, nodes=(entity("x"),))
    source.close()
    backup.write_bytes(path.read_bytes())
    source = SqliteStore(path)
    put(source, nodes=(entity("y"),))
    copy_space(source, "a", sqlite, "a")
    source.close()
    path.write_bytes(backup.read_bytes())
    source = SqliteStore(path)
    put(source, nodes=(entity("z"),))
    with pytest.raises(InvalidInput, match="put back to an older state"):
        copy_space(source, "a", sqlite, "a")
    source.close()
