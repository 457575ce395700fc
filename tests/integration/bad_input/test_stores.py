"""What is no sound store is refused, and its file is as it was before."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from graphmem.errors import (
    DimensionMismatch,
    GraphMemError,
    InvalidInput,
    NotAStore,
    SchemaTooNew,
    StoreCorrupt,
    StoreReadOnly,
    StoreUnavailable,
)
from graphmem.memory import Memory
from graphmem.testing.fakes import FakeEmbedder
from tests.integration.bad_input.refusals import QUESTION, open_memory, state

NOBODY = 65534


class TestStores:
    @pytest.fixture
    def sound(self, memory: Memory, tmp_path: Path) -> Path:
        """A copy of a store, closed."""
        memory.export(tmp_path / "whole.jsonl")
        store = tmp_path / "sound.db"
        with open_memory(store) as copy:
            copy.import_(tmp_path / "whole.jsonl")
            for number in range(20):
                copy.add(f"Ann{number} lives in Rome. " * 20)
        return store

    @staticmethod
    def refuse(path: Path, kind: type[GraphMemError], says: str) -> None:
        """Opening, and if that works reading, says what is wrong."""
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(kind, match=says) as caught, open_memory(path) as memory:
            memory.add("Zoe lives in Kiel.")
        assert caught.type is kind
        assert not isinstance(caught.value, sqlite3.Error)
        assert str(path) in str(caught.value)
        assert before is None or path.read_bytes() == before

    def test_a_folder(self, tmp_path: Path) -> None:
        self.refuse(tmp_path, NotAStore, "is a folder; give the path of a file")
        assert list(tmp_path.iterdir()) == []

    def test_a_text_file(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("Caroline moved to Lisbon in May.\n" * 100)
        self.refuse(path, NotAStore, "nothing was changed. Give another path")

    def test_another_programs_database(self, tmp_path: Path) -> None:
        path = tmp_path / "photos.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY, name TEXT)")
        connection.commit()
        connection.close()
        self.refuse(path, NotAStore, "another program's database; nothing was changed")

    def test_a_folder_that_does_not_exist(self, tmp_path: Path) -> None:
        path = tmp_path / "missing" / "agent.db"
        self.refuse(path, StoreUnavailable, "no folder .*missing; create it")
        assert not path.parent.exists()

    @pytest.mark.parametrize("path", ["", " ", "a\x00b.db", "a\ud800.db", "x" * 5_000, ":memory:"])
    def test_a_path_that_is_none(
        self, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises((InvalidInput, StoreUnavailable)):
            Memory(path, embedder=FakeEmbedder())
        assert list(tmp_path.iterdir()) == []

    def test_a_scheme_that_nobody_knows(self) -> None:
        with pytest.raises(InvalidInput, match="no store is known for nosql://"):
            Memory("nosql://somewhere")

    def test_a_newer_schema(self, sound: Path) -> None:
        connection = sqlite3.connect(sound)
        connection.execute("PRAGMA user_version = 999")
        connection.close()
        self.refuse(sound, SchemaTooNew, "schema version 999.*upgrade graphmem")

    @pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.8, 0.999])
    def test_a_truncated_store(self, sound: Path, share: float) -> None:
        os.truncate(sound, int(sound.stat().st_size * share))
        self.refuse(sound, StoreCorrupt, "graphmem doctor")

    def test_a_store_cut_between_pages(self, sound: Path) -> None:
        os.truncate(sound, sound.stat().st_size // 4096 // 2 * 4096)
        with pytest.raises(StoreCorrupt, match="graphmem doctor"), open_memory(sound) as memory:
            memory.export(sound.with_name("out.jsonl"))

    def test_another_embedder(self, sound: Path, tmp_path: Path) -> None:
        with open_memory(sound) as memory:
            before = state(memory, tmp_path)
        with open_memory(sound, dimension=16) as memory:
            calls: list[Callable[[], object]] = [
                lambda: memory.add("Zoe lives in Kiel."),
                lambda: memory.add_extracted([{"id": "a", "text": "Zoe."}], []),
                lambda: memory.search(QUESTION),
                lambda: memory.context(QUESTION),
            ]
            for call in calls:
                with pytest.raises(DimensionMismatch, match=r"fake-32.*fake-16.*rebuild vectors"):
                    call()
            assert memory.stats().nodes["Passage"] > 0
        with open_memory(sound) as memory:
            assert state(memory, tmp_path) == before

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights")
    @pytest.mark.parametrize("closed", ["file", "folder", "both"])
    def test_a_store_that_cannot_be_written(self, sound: Path, closed: str) -> None:
        folder = Path("/var/tmp") / f"graphmem-test-{os.getpid()}-{closed}"
        folder.mkdir()
        try:
            store = folder / "agent.db"
            shutil.copy(sound, store)
            store.chmod(0o644 if closed == "folder" else 0o444)
            folder.chmod(0o777 if closed == "file" else 0o555)
            as_nobody(lambda: read_only(store))
            assert store.read_bytes() == sound.read_bytes()
        finally:
            shutil.rmtree(folder)


def read_only(store: Path) -> None:
    with open_memory(store) as memory:
        for write in (
            lambda: memory.add("Zoe lives in Kiel."),
            lambda: memory.delete(source="note"),
            lambda: memory.delete(space="default"),
        ):
            with pytest.raises(StoreReadOnly, match=r"cannot be written.*check the mode"):
                write()
        assert memory.search(QUESTION).hits
        assert memory.context(QUESTION).text
        assert memory.stats().nodes["Source"] == 22


def as_nobody(work: Callable[[], None]) -> None:
    """Run the work in a child without rights; root does not notice modes."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            os._exit(0)
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode()[:4_000])
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as said:
        words = said.read()
    assert (os.waitpid(pid, 0)[1], words) == (0, "")
