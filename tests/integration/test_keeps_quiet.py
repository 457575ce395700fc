"""Reading and asking leave nothing outside the store: no identifier, no cache, no line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORK = """
import sys
from graphmem.memory import Memory
with Memory("agent.db") as memory:
    memory.add("Caroline moved to Lisbon in May 2023.", source="note")
    assert memory.search("Where did Caroline move?").hits
assert "onnxruntime" in sys.modules
"""


@pytest.mark.slow
@pytest.mark.parametrize("home", ["a folder", "none"])
def test_no_trace_is_left_in_the_home_folder(tmp_path: Path, home: str) -> None:
    folder, work = tmp_path / "home", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    # Only what a process needs: CI=true, too, would keep the runtime of the encoder quiet.
    needed = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    done = subprocess.run(
        [sys.executable, "-c", WORK],
        env={**needed, "HOME": str(folder) if home == "a folder" else os.devnull},
        cwd=work,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(folder.rglob("*")) == []
    assert {file.name for file in work.iterdir()} == {"agent.db", "agent.db.views"}
