"""A large view is not written again for a little that is new, and always for what is gone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from graphmem.core.changes import Changes, Vector
from graphmem.core.uids import content_uid
from graphmem.stores.memory import MemoryStore
from graphmem.views import unkept
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.text import TextView
from graphmem.views.vectors import VectorView
from graphmem_schemas import Edge, Entity, Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE, DIMENSION, N = "s", 8, 30

View = TextView | VectorView | AdjacencyView
Make = Callable[[Path], View]
WAYS: list[Make] = [
    lambda folder: TextView(SPACE, folder),
    lambda folder: VectorView(SPACE, DIMENSION, folder),
    lambda folder: AdjacencyView(SPACE, folder, {"MENTIONS": 1.0}),
]


@pytest.fixture(autouse=True)
def _ten_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unkept, "_LARGE", 10)
    monkeypatch.setattr(unkept, "_SHARE", 10)


@pytest.fixture(params=WAYS, ids=["text", "vectors", "adjacency"])
def make(request: pytest.FixtureRequest) -> Make:
    chosen: Make = request.param
    return chosen


def add(store: MemoryStore, first: int, n: int) -> None:
    numbers = range(first, first + n)
    uids = [content_uid("passage", str(number)) for number in numbers]
    passages = [
        Passage(uid=uid, recorded_at=NOW, source="doc", position=at, text=f"Text {at}.")
        for uid, at in zip(uids, numbers, strict=True)
    ]
    thing = Entity(uid=content_uid("entity", "thing"), recorded_at=NOW, name="Thing", key="thing")
    rows = np.eye(DIMENSION, dtype=np.float32)
    changes = Changes(
        nodes=(*passages, thing),
        edges=tuple(
            Edge(kind="MENTIONS", start=uid, end=thing.uid, sources={"doc": 1.0}) for uid in uids
        ),
        vectors=tuple(
            Vector(uid, rows[at % DIMENSION]) for uid, at in zip(uids, numbers, strict=True)
        ),
    )
    store.apply(SPACE, lambda _: changes)


def size_of(view: View) -> int:
    return view.n_links if isinstance(view, AdjacencyView) else len(view)


def kept(folder: Path) -> bytes:
    (file,) = folder.iterdir()
    return file.read_bytes()


def opened(make: Make, folder: Path, store: MemoryStore) -> View:
    view = make(folder)
    view.refresh(store)
    return view


@pytest.fixture
def store(make: Make, tmp_path: Path) -> MemoryStore:
    store = MemoryStore()
    add(store, 0, N)
    opened(make, tmp_path, store).save(store)
    return store


def test_a_little_is_read_again_and_not_written(
    make: Make, store: MemoryStore, tmp_path: Path
) -> None:
    before = kept(tmp_path)
    add(store, N, 1)
    opened(make, tmp_path, store).save(store)
    assert kept(tmp_path) == before
    assert size_of(opened(make, tmp_path, store)) == N + 1


def test_much_is_written(make: Make, store: MemoryStore, tmp_path: Path) -> None:
    before = kept(tmp_path)
    add(store, N, N)
    opened(make, tmp_path, store).save(store)
    assert kept(tmp_path) != before


def test_little_by_little_it_is_written(make: Make, store: MemoryStore, tmp_path: Path) -> None:
    before = kept(tmp_path)
    for number in range(N, N + 6):
        add(store, number, 1)
        opened(make, tmp_path, store).save(store)
    assert kept(tmp_path) != before


def test_what_is_gone_does_not_stay_on_disk(
    make: Make, store: MemoryStore, tmp_path: Path
) -> None:
    before, gone = kept(tmp_path), content_uid("passage", "3")
    store.apply(SPACE, lambda _: Changes(remove_nodes=(gone,)))
    opened(make, tmp_path, store).save(store)
    assert kept(tmp_path) != before
    assert bytes.fromhex(gone) in before
    assert bytes.fromhex(gone) not in kept(tmp_path)


def test_a_file_that_was_thrown_away_is_written_again(
    make: Make, store: MemoryStore, tmp_path: Path
) -> None:
    view = opened(make, tmp_path, store)
    for file in tmp_path.iterdir():
        file.unlink()
    add(store, N, 1)
    view.refresh(store)
    view.save(store)
    assert kept(tmp_path)
