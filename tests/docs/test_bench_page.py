"""The set that the page on sets shows can be measured as it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_tiny_set_runs_as_written(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "bench-sets.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    *_, command = block.splitlines()
    assert command.startswith("graphmem bench quality tiny")
    program = f'graphmem() {{ "{sys.executable}" -m graphmem "$@"; }}\nset -e\n'
    done = subprocess.run(
        ["sh", "-c", program + block],
        capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for system in ("bm25", "dense", "flat", "graphmem"):
        assert system in done.stdout
