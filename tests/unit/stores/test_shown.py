"""What one process showed, another takes feedback on: bounded, for a day, and until it is gone."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import InvalidInput, NotFound, StoreError
from graphmem.ports import ShownRecall
from graphmem.stores.beside import SHOWN
from graphmem.stores.shown import ShownFile, forget_shown, rows
from graphmem.stores.shown import file as file_module
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Hit, Recall


def recall(name: str, *uids: str, question: str = "Where?") -> Recall:
    hits = tuple(Hit(uid=uid, kind="passage", text=uid, score=1.0) for uid in uids)
    return Recall(id=name, question=question, hits=hits)


def until(look: Callable[[], ShownRecall | None]) -> ShownRecall:
    """Look until another has written it."""
    while (found := look()) is None:
        pass
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db.shown"


@pytest.fixture
def one(path: Path) -> Iterator[ShownFile]:
    made = ShownFile(path)
    yield made
    made.close()


@pytest.fixture
def other(path: Path) -> Iterator[ShownFile]:
    made = ShownFile(path)
    yield made
    made.close()


def test_what_one_shows_the_other_finds(one: ShownFile, other: ShownFile) -> None:
    one.of("a").note(recall("r", "x", "y"), ["z"])
    assert until(lambda: other.of("a").find("r")) == ShownRecall("Where?", frozenset("xyz"))
    assert one.of("a").find("r") == other.of("a").find("r")
    one.of("a").note(recall("r", "w"))
    one.close()
    found = other.of("a").find("r")
    assert found is not None
    assert found.uids == frozenset("wxyz")


def test_what_nobody_showed_is_looked_for_again(
    one: ShownFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(time, "sleep", paused.append)
    assert one.of("a").find("r") is None
    assert paused == [0.0, *file_module._LOOKED_AGAIN_S]


def test_what_another_writes_meanwhile_is_found(
    path: Path, one: ShownFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: _show(path))
    assert one.of("a").find("r") is not None


def _show(path: Path) -> None:
    file = ShownFile(path)
    file.of("a").note(recall("r", "x"))
    file.close()


def test_another_process_finds_it_too(path: Path, one: ShownFile) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_show, args=(path,))
    process.start()
    process.join()
    assert one.of("a").find("r") is not None


def test_a_space_knows_of_no_other(
    one: ShownFile, other: ShownFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "_LOOKED_AGAIN_S", ())
    one.of("a").note(recall("r", "x"))
    one.close()
    assert other.of("b").find("r") is None
    assert other.of("a").find("q") is None


def test_what_is_deleted_is_forgotten(path: Path, other: ShownFile) -> None:
    one = ShownFile(path)
    for space in "ab":
        one.of(space).note(recall("r", "x", "y"))
        one.of(space).note(recall("q", "y"))
    one.close()
    forget_shown(path, "a", ["x", "unknown"])
    assert other.of("a").find("r") == ShownRecall("Where?", frozenset("y"), 1)
    assert other.of("b").find("r") == ShownRecall("Where?", frozenset("xy"))
    forget_shown(path, "b", None)
    with rows.opened(path) as connection:
        assert connection.execute("SELECT DISTINCT space FROM shown").fetchall() == [("a",)]


def test_what_waits_to_be_written_is_forgotten_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ShownFile, "_write", lambda _: None)
    file = ShownFile(path)
    file.of("a").note(recall("r", "x", "y"))
    file.of("a").forget(["x"])
    assert file.of("a").find("r") == ShownRecall("Where?", frozenset("y"), 1)
    file.of("a").forget(None)
    monkeypatch.setattr(file_module, "_LOOKED_AGAIN_S", ())
    assert file.of("a").find("r") is None


def test_what_another_process_has_shown_and_not_written_is_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "_LOOKED_AGAIN_S", ())
    monkeypatch.setattr(file_module, "_GATHERED_S", 60.0)
    file = ShownFile(path)
    file.of("a").note(recall("r", "x", question="Where is amber?"))
    file.of("b").note(recall("r", "x"))
    forget_shown(path, "a", None)
    file.of("a").note(recall("q", "y"))
    file.close()
    assert file.of("a").find("r") is None
    assert file.of("a").find("q") is not None
    assert file.of("b").find("r") is not None
    assert b"amber" not in path.read_bytes()


def test_what_is_shown_after_a_delete_is_kept_though_it_waits_with_older_ones(path: Path) -> None:
    file = ShownFile(path)
    file.of("a").note(recall("r", "x", "y"))
    forget_shown(path, "a", ["x"])
    # As the process does that deletes.
    file.of("a").forget(["x"])
    file.close()
    assert file.of("a").find("r") == ShownRecall("Where?", frozenset("y"), 1)


def test_a_file_that_is_broken_is_told_of_now_and_then_and_holds_nobody_up(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = ShownFile(path)
    path.write_bytes(b"no database at all" * 1_000)
    for n in range(200):
        file.of("a").note(recall(f"r{n}", "x"))
        time.sleep(0.001)
    while "will take no feedback" not in caplog.text:
        time.sleep(0.01)
    file.close()
    assert caplog.text.count("will take no feedback") < 50


def test_no_byte_of_what_is_deleted_is_left(path: Path) -> None:
    file = ShownFile(path)
    for n in range(200):
        file.of("a").note(recall(f"r{n}", "x", question=f"Where is amber key {n}?"))
    file.close()
    assert b"amber key 7" in path.read_bytes()
    forget_shown(path, "a", None)
    assert [one for one in path.parent.iterdir() if b"amber" in one.read_bytes()] == []


def test_what_cannot_be_written_is_told_and_the_rest_goes_on(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "_LOOKED_AGAIN_S", ())
    file = ShownFile(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE shown RENAME TO gone")
    file.of("a").note(recall("r", "x"))
    while "will take no feedback" not in caplog.text:
        time.sleep(0.01)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE gone RENAME TO shown")
    file.of("a").note(recall("q", "x"))
    file.close()
    assert file.of("a").find("r") is None
    assert file.of("a").find("q") is not None


def test_it_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_RECALLS", 10)
    monkeypatch.setattr(file_module, "_TRIM_EVERY", 1)
    now = [1_000.0]
    file = ShownFile(path, lambda: now[0])
    file.of("b").note(recall("old", "x"))
    file.close()
    file = ShownFile(path, lambda: now[0])
    for n in range(50):
        file.of("a").note(recall(f"r{n}", "x"))
    file.close()
    with rows.opened(path) as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM shown")}
    assert kept == {"old", *(f"r{n}" for n in range(40, 50))}
    now[0] += 90_000.0
    file = ShownFile(path, lambda: now[0])
    file.of("a").note(recall("new", "x"))
    file.close()
    with rows.opened(path) as connection:
        assert connection.execute("SELECT id FROM shown").fetchall() == [("new",)]


def test_trimming_looks_into_an_index(one: ShownFile, path: Path) -> None:
    read: list[str] = []
    with rows.opened(path) as connection:
        connection.set_trace_callback(read.append)
        rows.trim(connection, "a")
        connection.set_trace_callback(None)
        plans = [
            step[3]
            for statement in read
            for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]
    looks = [plan for plan in plans if " shown " in plan]
    assert len(looks) == 3
    assert all("shown_late (space=?" in plan for plan in looks), plans


def test_large_recalls_leave_room_for_fewer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_CHARS", 1_000)
    monkeypatch.setattr(file_module, "_TRIM_EVERY", 1)
    file = ShownFile(path)
    for n in range(20):
        file.of("a").note(recall(f"r{n}", "x", question="w" * 300))
    file.close()
    with rows.opened(path) as connection:
        assert connection.execute("SELECT count(*) FROM shown").fetchone() == (3,)


def test_it_is_for_the_user_alone(path: Path, one: ShownFile) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_none_is_an_error_that_says_which(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=r"a\.db\.shown.*may be removed"):
        ShownFile(path)


def open_memory(store: Path, file: ShownFile) -> Memory:
    return Memory(
        store, embedder=FakeEmbedder(64), extractor=FakeExtractor(), shown=file.of("default")
    )


def test_feedback_on_what_another_memory_showed(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    path = store.with_name(store.name + SHOWN)
    files = ShownFile(path), ShownFile(path)
    with open_memory(store, files[0]) as one, open_memory(store, files[1]) as other:
        one.add("Ann keeps the kite.", source="kite")
        one.add("Bob paints boats.", source="boats")
        recall = one.search("Who keeps the kite?")
        uids = [hit.uid for hit in recall.hits]
        assert other.feedback(recall.id, uids[:1], outcome=True).added
        with pytest.raises(InvalidInput, match="was not shown"):
            other.feedback(recall.id, ["0" * 32], outcome=True)
        # Deleted by a process that serves nobody.
        with Memory(store, embedder=FakeEmbedder(64), extractor=FakeExtractor()) as third:
            third.delete(source="boats")
        assert other.feedback(recall.id, uids, outcome=False).seq
        unseen = other.add("Cleo swims.", source="swims").added["Passage"]
        with pytest.raises(InvalidInput, match="was not shown"):
            other.feedback(recall.id, unseen, outcome=True)
        third_space = one.delete(space="default")
        assert third_space.seq
        with pytest.raises(NotFound, match="has shown no recall"):
            other.feedback(recall.id, uids, outcome=True)
    for file in files:
        file.close()
