"""What a first search begins before it needs it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import _LATER as LATER

PATIENCE_S = 60
ANSWERED = """
import sys
from graphmem import Memory
with Memory(sys.argv[1]) as memory:
    assert memory.search("Where does Ann live?").hits
    print(*sys.modules)
"""


class Loaded(FakeEmbedder):
    """An embedder that can be loaded early, and that fails at it if it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.loading: list[threading.Thread] = []
        self.begun = threading.Event()
        self._error = error

    def preload(self) -> None:
        self.loading.append(threading.current_thread())
        self.begun.set()
        if self._error:
            raise self._error


@pytest.mark.parametrize("error", [None, ValueError("no such file")])
def test_a_first_search_loads_the_model_beside_itself(error: Exception | None) -> None:
    """And what goes wrong there is nobody's affair until a text is embedded."""
    embedder = Loaded(error)
    with Memory("memory://", embedder=embedder, extractor=FakeExtractor()) as memory:
        memory.add("Ann lives in Rome.")
        assert embedder.loading == []
        assert memory.search("Where does Ann live?").hits
        assert embedder.begun.wait(PATIENCE_S)
        memory.search("Where does Ann live?")
        assert len(embedder.loading) == 1
        assert embedder.loading[0] is not threading.current_thread()


def test_a_first_answer_waits_for_no_module_that_only_others_need(tmp_path: Path) -> None:
    store = str(tmp_path / "a.db")
    with Memory(store) as memory:
        memory.add("Ann lives in Rome.")
    asked = [sys.executable, "-c", ANSWERED, store]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=240, check=True)
    loaded = set(done.stdout.split())
    assert {"graphmem.reading.engine", "graphmem_schemas.receipts"} <= loaded
    assert "graphmem.writing.writer" not in loaded
    assert loaded.isdisjoint(f"graphmem_schemas.{name}" for name in LATER)
