"""Backups: whole while others write, checked, and put back at once or not at all."""

from __future__ import annotations

import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem.cli.app import run
from graphmem.core.usage import Usage
from graphmem.errors import InvalidInput, NotFound, StoreBusy, StoreCorrupt
from graphmem.memory import Memory
from graphmem.models.llm.cache import Kept, ResponseCache
from graphmem.ports import ShownRecall
from graphmem.stores.shown import ShownFile
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_api.access.keys import KeyFile
from graphmem_api.cli import archive
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item


def memory_at(path: Path) -> Memory:
    return Memory(path, embedder=FakeEmbedder(), extractor=FakeExtractor())


def n_passages(path: Path) -> int:
    with memory_at(path) as memory:
        return memory.stats().nodes.get("Passage", 0)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRAPHMEM_LEDGER", raising=False)
    path = tmp_path / "a.db"
    with memory_at(path) as memory:
        memory.add("Ann lives in Rome.")
    KeyFile(tmp_path / "a.db.keys").create("ann", ["read"], None)
    return path


def command(*arguments: object) -> int:
    return run([str(argument) for argument in arguments])


def test_a_backup_brings_everything_back(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, back = tmp_path / "kept.tar", tmp_path / "folder" / "b.db"
    assert command("--store", store, "--json", "backup", kept) == 0
    assert set(json.loads(capsys.readouterr().out)["parts"]) == {"store", "keys"}
    assert kept.stat().st_mode & 0o777 == 0o600
    assert command("--store", back, "restore", kept) == 0
    assert n_passages(back) == 1
    assert [key.name for key in KeyFile(back.with_name("b.db.keys")).read()] == ["ann"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_nothing_is_written_over_unless_it_is_said(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.tar"
    assert command("--store", store, "backup", kept) == 0
    assert command("--store", store, "backup", kept) == 1
    with memory_at(store) as memory:
        memory.add("Bo lives in Oslo.")
    assert command("--store", store, "restore", kept) == 1
    assert "--force" in capsys.readouterr().err
    assert n_passages(store) == 2
    # A store that is open goes on, with what was put back.
    with memory_at(store) as memory:
        assert memory.search("Where does Bo live?").hits
        assert command("--store", store, "restore", kept, "--force") == 0
        assert memory.stats().nodes["Passage"] == 1
        assert all("Bo" not in hit.text for hit in memory.search("Where does Bo live?").hits)
        memory.add("Cy lives in Bern.")
    assert n_passages(store) == 2


def test_no_key_that_was_revoked_holds_again(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, keys = tmp_path / "kept.tar", KeyFile(tmp_path / "a.db.keys")
    assert command("--store", store, "backup", kept) == 0
    keys.revoke("ann")
    keys.create("bo", ["read"], None)
    assert command("--store", store, "restore", kept, "--force") == 0
    assert "stay as they are" in capsys.readouterr().err
    now = datetime.now(UTC)
    assert {key.name: key.state(now) for key in keys.read()} == {"ann": "revoked", "bo": "valid"}
    # Where there are none, those of the backup are better than none.
    keys.path.unlink()
    assert command("--store", store, "restore", kept, "--force") == 0
    assert {key.name: key.state(now) for key in keys.read()} == {"ann": "valid"}


def test_nothing_that_belonged_to_the_store_before_is_left(store: Path, tmp_path: Path) -> None:
    """A write that waited is not applied to what was put back, and no answer is known of it."""
    kept = tmp_path / "kept.tar"
    assert command("--store", store, "backup", kept) == 0
    ledger = tmp_path / "a.db.jobs"
    with closing(Ledger(ledger)) as opened:
        job = opened.begin("ingest", "default", {}, "print").id
        opened.add_items(job, [Item(1, "Bo lives in Oslo.", None, "text", 17)])
    with closing(ResponseCache(tmp_path / "a.db.answers")) as answers:
        answers.put(b"question", Kept("Bo lives in Oslo.", Usage(1, 1), counted=True))
    with closing(ShownFile(tmp_path / "a.db.shown")) as shown:
        shown.put("default", "r", ShownRecall("Who lives in Oslo?", frozenset(), 0))
    assert command("--store", store, "restore", kept) == 1
    with closing(Ledger(ledger)) as opened:
        assert opened.jobs()
        assert command("--store", store, "restore", kept, "--force") == 0
        assert opened.jobs() == []
    with closing(ResponseCache(tmp_path / "a.db.answers")) as answers:
        assert answers.stats().n_answers == 0
    for file in (ledger, tmp_path / "a.db.answers", tmp_path / "a.db.shown"):
        assert all(b"Oslo" not in path.read_bytes() for path in tmp_path.glob(f"{file.name}*"))


def test_a_store_that_somebody_holds_is_not_waited_for_without_end(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_BUSY_S", 0.05)
    kept = tmp_path / "kept.tar"
    assert command("--store", store, "backup", kept) == 0
    with closing(sqlite3.connect(store, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="in use"):
            archive.restore_archive(kept, {"store": store, "keys": tmp_path / "k"}, force=True)
    assert n_passages(store) == 1


def test_a_damaged_store_can_be_restored(store: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.tar"
    assert command("--store", store, "backup", kept) == 0
    store.write_bytes(b"damaged" * 10_000)
    assert command("--store", store, "restore", kept, "--force") == 0
    assert n_passages(store) == 1


def test_a_backup_is_of_one_moment_while_others_write(store: Path, tmp_path: Path) -> None:
    """What is copied is whole, and has all that was acknowledged before."""
    done = threading.Event()
    n_added = 0

    def write() -> None:
        nonlocal n_added
        with memory_at(store) as memory:
            while not done.is_set():
                memory.add(f"Person {n_added} lives in Rome.")
                n_added += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = []
        for n in range(5):
            at_least = n_added
            kept = tmp_path / f"{n}.tar"
            assert command("--store", store, "backup", kept) == 0
            back = tmp_path / f"{n}.db"
            assert command("--store", back, "restore", kept) == 0
            opened = SqliteStore(back)
            assert opened.check() == []
            opened.close()
            # What was acknowledged before it began is in it.
            assert n_passages(back) >= at_least + 1
            seen.append(at_least)
    finally:
        done.set()
        writer.join()
    assert seen[-1] > seen[0], "nobody wrote meanwhile"


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_changed_byte_is_found_before_anything_is_changed(
    where: float, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, back = tmp_path / "kept.tar", tmp_path / "b.db"
    assert command("--store", store, "backup", kept) == 0
    data = bytearray(kept.read_bytes())
    data[int(len(data) * where)] ^= 0xFF
    kept.write_bytes(data)
    assert command("--store", back, "restore", kept) == 1
    assert "not what was written" in capsys.readouterr().err
    assert not back.exists()
    with pytest.raises(StoreCorrupt):
        archive.read_archive(kept)


def test_what_is_no_backup_is_refused(store: Path, tmp_path: Path) -> None:
    targets = {name: tmp_path / f"x.{name}" for name in archive.PARTS}
    cut, other, empty = tmp_path / "cut", tmp_path / "other", tmp_path / "empty"
    assert command("--store", store, "backup", cut) == 0
    cut.write_bytes(cut.read_bytes()[:60_000])
    with tarfile.open(other, "w") as made:
        made.add(store, "../../etc/passwd")
    empty.touch()
    for file in (cut, other, empty, store):
        with pytest.raises(StoreCorrupt):
            archive.restore_archive(file, targets, force=True)
    with pytest.raises(NotFound):
        archive.restore_archive(tmp_path / "none", targets, force=False)
    assert not any(path.exists() for path in targets.values())


def test_a_damaged_store_is_not_backed_up(store: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(store.read_bytes())
    data[4096 * 3 : 4096 * 5] = b"\x5a" * 8192
    store.write_bytes(data)
    kept = tmp_path / "kept.tar"
    assert command("--store", store, "backup", kept) == 1
    assert not kept.exists()


def test_only_a_file_has_a_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("--store", "neo4j://u:pw@host", "backup", "x.tar") == 1
    err = capsys.readouterr().err
    assert "graphmem copy" in err
    assert "pw" not in err
    assert command("--store", tmp_path / "no.db", "backup", "x.tar") == 1
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidInput):
        archive.write_archive(Path(__file__), {}, force=False)
