"""Searches go on while another process adds and deletes: none fails, whatever it meets."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.views import kept

CHILD = Path(__file__).with_name("memory_child.py")
N_SOURCES, N_HELD, N_THREADS = 160, 12, 4
QUESTIONS = ("Who lives in Rome3?", "Where does Anna x7 live?", "What does Bo like?")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Threads take turns at any moment, and views let go of what was removed again and again."""
    monkeypatch.setattr(kept, "_LEAST_DEAD", 5)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried")
def test_no_search_fails_while_another_process_adds_and_deletes(tmp_path: Path) -> None:
    store, errors, done = tmp_path / "agent.db", list[BaseException](), threading.Event()

    def search(memory: Memory, place: int) -> None:
        while not done.is_set():
            try:
                memory.search(QUESTIONS[place % len(QUESTIONS)], k=5 * (1 + place % 3))
                memory.context(QUESTIONS[(place + 1) % len(QUESTIONS)])
            except BaseException as error:
                errors.append(error)
                return
            place += 1

    with Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
        memory.add("Ann lives in Rome3. Bo likes Ann.", source="stays")
        told = [str(N_SOURCES), str(N_HELD)]
        child = subprocess.Popen(
            [sys.executable, str(CHILD), "come_and_go", str(store), "a", *told],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        threads = [threading.Thread(target=search, args=(memory, n)) for n in range(N_THREADS)]
        for thread in threads:
            thread.start()
        _, said = child.communicate(timeout=300)
        done.set()
        for thread in threads:
            thread.join()
        assert (child.returncode, said) == (0, "")
        assert errors == []
        sources = {hit.source for hit in memory.search(QUESTIONS[0], k=50).hits}
        held = {f"a-{number}" for number in range(N_SOURCES - N_HELD, N_SOURCES)}
        assert sources <= held | {"stays"}
        assert "stays" in sources
