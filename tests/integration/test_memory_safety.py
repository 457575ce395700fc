"""What was acknowledged is there, nothing is half there, and damage to views costs only time."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem.errors import StoreCorrupt
from graphmem.memory import Memory
from graphmem.reading.lookup import find_source
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Passage, Source

CHILD = Path(__file__).with_name("memory_child.py")
KILLS = int(os.environ.get("GRAPHMEM_TEST_KILLS", "30"))
SECONDS = os.environ.get("GRAPHMEM_TEST_CROWD_SECONDS", "15")


def open_memory(store: Path) -> Memory:
    return Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor())


def start(role: str, store: Path, name: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), role, str(store), name, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_after(child: subprocess.Popen[str], n_lines: int) -> list[str]:
    """Read lines until so many have come, kill, and return every acknowledged source."""
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(n_lines)]
    child.send_signal(signal.SIGKILL)
    rest, errors = child.communicate(timeout=240)
    assert errors == "", errors
    heard = "".join(lines) + rest
    # The line that the kill cut short was written after the commit as well, but says too little.
    whole = heard[: heard.rfind("\n") + 1].splitlines()
    return [line.split()[1] for line in whole if line and line != "ready"]


def every_node(memory: Memory, label: str) -> Iterator[object]:
    for batch in memory._store.changes(memory.space, 0, labels=(label,)):
        yield from batch.nodes


def assert_whole(store: Path, acknowledged: list[str]) -> None:
    """Every acknowledged source is there with all of its parts, and the file is sound."""
    with open_memory(store) as memory:
        sources = {n.name: n.uid for n in every_node(memory, "Source") if isinstance(n, Source)}
        owners = {n.source for n in every_node(memory, "Passage") if isinstance(n, Passage)}
        missing = [name for name in acknowledged if name not in sources]
        assert missing == []
        assert set(sources.values()) == owners
        assert memory._store.check() == []  # type: ignore[attr-defined]


@pytest.mark.slow
def test_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    store = tmp_path / "agent.db"
    rng = random.Random(7)
    acknowledged: list[str] = []
    for turn in range(KILLS):
        child = start("write", store, f"k{turn}")
        acknowledged += kill_after(child, n_lines=1 + rng.randrange(18))
        if turn % 10 == 9 or turn == KILLS - 1:
            assert_whole(store, acknowledged)
    assert len(acknowledged) > KILLS
    with open_memory(store) as memory:
        name = acknowledged[-1].replace("-", "x")
        assert name in memory.search(f"Where does Ann{name} live?").hits[0].text


@pytest.mark.slow
def test_two_writers_and_two_readers_never_hear_of_a_lock(tmp_path: Path) -> None:
    store = tmp_path / "agent.db"
    children = [
        start("write_for", store, "a", SECONDS),
        start("write_for", store, "b", SECONDS),
        start("read_for", store, "r", SECONDS),
        start("read_for", store, "s", SECONDS),
    ]
    heard = [child.communicate(timeout=float(SECONDS) + 120) for child in children]
    assert [errors for _, errors in heard] == [""] * 4
    assert [child.returncode for child in children] == [0] * 4
    written = [line.split() for out, _ in heard[:2] for line in out.splitlines()[1:]]
    assert all(out.count("\n") > 5 for out, _ in heard)
    seqs = sorted(int(seq) for seq, _ in written)
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    assert_whole(store, [name for _, name in written])
    for out, _ in heard[2:]:
        seen = [int(line.split()[0]) for line in out.splitlines()[1:]]
        assert seen == sorted(seen)


def grown(tmp_path: Path) -> tuple[Path, list[Path]]:
    """A store with views on disk, and the files of those."""
    store = tmp_path / "agent.db"
    with open_memory(store) as memory:
        for number in range(30):
            memory.add(f"Ann{number} lives in Rome{number % 7}. Bo likes Ann{number}.")
        memory.search("Where does Ann3 live?")
    files = sorted(f for f in (tmp_path / "agent.db.views").rglob("*") if f.is_file())
    assert files
    return store, files


def answers(store: Path) -> list[tuple[str, float]]:
    with open_memory(store) as memory:
        hits = [h for n in range(5) for h in memory.search(f"Where does Ann{n} live?").hits]
    return [(hit.uid, hit.score) for hit in hits]


@pytest.mark.parametrize("damage", ["delete", "truncate", "empty", "noise", "flip"])
def test_damaged_views_are_rebuilt_and_answer_the_same(tmp_path: Path, damage: str) -> None:
    store, files = grown(tmp_path)
    expected = answers(store)
    rng = random.Random(3)
    for file in files:
        raw = bytearray(file.read_bytes())
        if damage == "delete":
            file.unlink()
        elif damage == "truncate":
            file.write_bytes(raw[: len(raw) // 2])
        elif damage == "empty":
            file.write_bytes(b"")
        elif damage == "noise":
            file.write_bytes(rng.randbytes(len(raw)))
        else:
            raw[len(raw) // 2] ^= 0xFF
            file.write_bytes(raw)
    assert answers(store) == expected


def test_views_of_another_store_are_not_believed(tmp_path: Path) -> None:
    _, _ = grown(tmp_path)
    other = tmp_path / "other.db"
    with open_memory(other) as memory:
        memory.add("Cy lives in Bonn.")
        memory.search("Where does Cy live?")
    expected = answers(other)
    (tmp_path / "agent.db.views").rename(tmp_path / "spare")
    for stale in (tmp_path / "other.db.views").rglob("*"):
        stranger = tmp_path / "spare" / stale.relative_to(tmp_path / "other.db.views")
        if stale.is_file() and stranger.is_file():
            stale.write_bytes(stranger.read_bytes())
    assert answers(other) == expected


def test_views_that_are_behind_catch_up(tmp_path: Path) -> None:
    store, files = grown(tmp_path)
    old = {file: file.read_bytes() for file in files}
    with open_memory(store) as memory:
        memory.add("Zoe lives in Oslo.")
    for file, raw in old.items():
        file.write_bytes(raw)
    with open_memory(store) as memory:
        assert memory.search("Where does Zoe live?").hits[0].text == "Zoe lives in Oslo."


def test_a_store_that_went_back_in_time_is_not_answered_from_newer_views(tmp_path: Path) -> None:
    store, _ = grown(tmp_path)
    saved = store.read_bytes()
    with open_memory(store) as memory:
        memory.add("Zoe lives in Oslo.")
        memory.search("Zoe")
    for leftover in (store.with_name("agent.db-wal"), store.with_name("agent.db-shm")):
        leftover.unlink(missing_ok=True)
    store.write_bytes(saved)
    with open_memory(store) as memory:
        assert all("Zoe" not in h.text for h in memory.search("Where does Zoe live?").hits)


def test_a_store_that_went_back_and_was_written_past_its_views_is_read_anew(
    tmp_path: Path,
) -> None:
    store, _ = grown(tmp_path)
    saved = store.read_bytes()
    with open_memory(store) as memory:
        memory.add("Zoe lives in Oslo.")
        memory.search("Zoe")
    for leftover in (store.with_name("agent.db-wal"), store.with_name("agent.db-shm")):
        leftover.unlink(missing_ok=True)
    store.write_bytes(saved)
    with open_memory(store) as memory:
        memory.add("Cy lives in Bonn.")
        memory.add("Di lives in Kiel.")
    with open_memory(store) as memory:
        assert all("Zoe" not in h.text for h in memory.search("Where does Zoe live?").hits)
        assert memory.search("Where does Cy live?").hits[0].text == "Cy lives in Bonn."


# What was deleted

GONE = [{"speaker": "Xylia", "text": "Quokka lives in Zzyzx. The wombat hums."}]
GONE_WORDS = (b"xylia", b"quokka", b"zzyzx", b"wombat")


def files_with(folder: Path, words: tuple[bytes, ...]) -> list[str]:
    """Every file under the folder in which one of the words stands, in whatever case."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    found = {file: file.read_bytes().lower() for file in files}
    return [f.name for f, raw in found.items() if any(word in raw for word in words)]


@pytest.mark.parametrize("what", ["source", "space", "uid"])
@pytest.mark.parametrize("searched_before", [False, True])
@pytest.mark.parametrize("searched_after", [False, True])
def test_no_word_of_what_was_deleted_stays_in_any_file(
    tmp_path: Path, what: str, searched_before: bool, searched_after: bool
) -> None:
    store, _ = grown(tmp_path)
    with open_memory(store) as memory:
        memory.add(GONE, source="gone", title="Wombat of Zzyzx")
        memory.search("Where does Quokka live?")
    assert len(files_with(tmp_path, GONE_WORDS)) >= 2
    with open_memory(store) as memory:
        if searched_before:
            assert memory.search("Where does Quokka live?").hits
        if what == "uid":
            memory.delete(find_source(memory._store, memory.space, "gone"))
        elif what == "space":
            memory.delete(space="default")
        else:
            memory.delete(source="gone")
        # At once: the process may die before it closes the memory.
        assert files_with(tmp_path, GONE_WORDS) == []
        if searched_after:
            hits = memory.search("Where does Quokka live?").hits
            assert all("Quokka" not in hit.text for hit in hits)
    assert files_with(tmp_path, GONE_WORDS) == []


def test_a_memory_that_is_closed_later_brings_nothing_deleted_back(tmp_path: Path) -> None:
    store, _ = grown(tmp_path)
    with open_memory(store) as late:
        late.add(GONE, source="gone", title="Wombat of Zzyzx")
        late.search("Where does Quokka live?")
        with open_memory(store) as other:
            other.delete(source="gone")
    assert files_with(tmp_path, GONE_WORDS) == []
    with open_memory(store) as memory:
        assert memory.search("Where does Ann3 live?").hits


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_truncated_store_is_refused_and_the_doctor_named(tmp_path: Path, share: float) -> None:
    store, _ = grown(tmp_path)
    raw = store.read_bytes()
    store.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(StoreCorrupt, match="graphmem doctor"), open_memory(store) as memory:
        memory.search("Where does Ann3 live?")


def test_a_folder_for_views_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    store = tmp_path / "agent.db"
    (tmp_path / "agent.db.views").write_text("in the way")
    with open_memory(store) as memory:
        memory.add("Ann lives in Rome.")
        assert memory.search("Where does Ann live?").hits


@pytest.mark.slow
def test_many_that_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    for turn in range(5):
        store = tmp_path / f"agent{turn}.db"
        children = [start("read_for", store, "r", "0") for _ in range(6)]
        heard = [child.communicate(timeout=240) for child in children]
        assert [errors for _, errors in heard] == [""] * 6
