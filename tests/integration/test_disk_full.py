"""A full disk stops writing with a clear error, takes nothing back, and lets it go on later."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem.errors import InvalidInput, StoreFull
from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock

START = datetime(2026, 1, 1, tzinfo=UTC)
# An add appends some 150 kB to the log, whose pages go into the file much later.
DISK_BYTES = 12 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount the small tmpfs that this test fills")
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let us mount a tmpfs: {done.stderr.strip()}")
    yield folder
    # Lazily: a test that failed may have left a file open.
    subprocess.run(["umount", "-l", str(folder)], check=True)


def open_memory(store: Path) -> Memory:
    return Memory(
        store, embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(START)
    )


def text_of(number: int) -> str:
    return f"Ann{number} lives in Rome{number % 7}. Bo likes Ann{number}. " + "More. " * 100


def fill(memory: Memory) -> list[str]:
    """Add until there is no room; return the sources that were acknowledged."""
    acknowledged: list[str] = []

    def add_all() -> None:
        for number in range(5_000):
            memory.add(text_of(number), source=f"s{number}")
            acknowledged.append(f"s{number}")

    with pytest.raises(StoreFull, match=r"no room left on the disk of .*free some and try again"):
        add_all()
    return acknowledged


def use_up(folder: Path) -> Path:
    """Take what room is left."""
    ballast = folder / "ballast"
    with ballast.open("ab") as file:
        free = shutil.disk_usage(folder).free
        file.write(bytes(free))
    return ballast


def assert_whole(memory: Memory, acknowledged: list[str]) -> None:
    counts = memory.stats().nodes
    assert counts["Source"] == counts["Passage"] == len(acknowledged)
    found = memory._store.find("default", "Source", acknowledged)
    assert sorted(found) == sorted(acknowledged)
    assert memory._store.check() == []  # type: ignore[attr-defined]


def test_a_full_disk_loses_nothing_and_makes_nothing_up(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(1 << 20))
    store = disk / "agent.db"
    with open_memory(store) as memory:
        acknowledged = fill(memory)
        assert len(acknowledged) > 20
        assert_whole(memory, acknowledged)
        last = acknowledged[-1].removeprefix("s")
        assert f"Ann{last} lives" in memory.search(f"Where does Ann{last} live?").hits[0].text
        with pytest.raises(StoreFull):
            memory.add(text_of(9_000), source="s9000")
        ballast.unlink()
        memory.add(text_of(9_000), source="s9000")
        acknowledged.append("s9000")
        assert_whole(memory, acknowledged)
        assert "Ann9000 lives" in memory.search("Where does Ann9000 live?").hits[0].text
    with open_memory(store) as memory:
        assert_whole(memory, acknowledged)
        assert "Ann9000 lives" in memory.search("Where does Ann9000 live?").hits[0].text


def test_a_store_that_was_filled_opens_and_answers_on_the_full_disk(disk: Path) -> None:
    store = disk / "agent.db"
    with open_memory(store) as memory:
        acknowledged = fill(memory)
    use_up(disk)
    with open_memory(store) as memory:
        assert_whole(memory, acknowledged)
        assert "Ann3 lives" in memory.search("Where does Ann3 live?").hits[0].text


def test_views_that_find_no_room_are_left_out_and_said(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = disk / "agent.db"
    memory = open_memory(store)
    for number in range(30):
        memory.add(text_of(number), source=f"s{number}")
    expected = memory.search("Where does Ann3 live?").hits
    ballast = use_up(disk)
    with caplog.at_level(logging.WARNING, "graphmem"):
        memory.close()
    assert [r.message for r in caplog.records if "will be rebuilt" in r.message]
    assert not list(disk.rglob("*.tmp"))
    with open_memory(store) as again:
        assert again.search("Where does Ann3 live?").hits == expected
        assert_whole(again, [f"s{number}" for number in range(30)])
        ballast.unlink()
    with open_memory(store) as later:
        assert later.search("Where does Ann3 live?").hits == expected
    kept = [file for file in (disk / "agent.db.views").rglob("*") if file.is_file()]
    assert len(kept) >= 3


def test_the_disk_fills_while_views_are_rebuilt(disk: Path) -> None:
    store = disk / "agent.db"
    with open_memory(store) as memory:
        for number in range(30):
            memory.add(text_of(number), source=f"s{number}")
        expected = memory.search("Where does Ann3 live?").hits
    with open_memory(store) as memory:
        ballast = use_up(disk)
        memory.rebuild("views")
        assert memory.search("Where does Ann3 live?").hits == expected
        ballast.unlink()
        memory.rebuild("views")
        memory.add(text_of(31), source="s31")
        assert "Ann31 lives" in memory.search("Where does Ann31 live?").hits[0].text


def test_an_export_that_finds_no_room_leaves_no_part_behind(disk: Path) -> None:
    with open_memory(disk / "agent.db") as memory:
        for number in range(30):
            memory.add(text_of(number), source=f"s{number}")
        kept = disk / "kept.jsonl"
        memory.export(kept)
        before = kept.read_bytes()
        use_up(disk)
        for name in ("kept.jsonl", "new.jsonl"):
            with pytest.raises(InvalidInput, match=r"cannot write .*No space left.*free some"):
                memory.export(disk / name)
        assert kept.read_bytes() == before
        assert {file.name for file in disk.glob("*.jsonl*")} == {"kept.jsonl"}
