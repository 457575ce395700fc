"""Every defect that docs/lessons.md tells of has the test that it names."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line.split("|")[1:4]
    for line in (ROOT / "docs/lessons.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| where")
]


def test_each_defect_names_a_test_that_exists() -> None:
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "graphmem/testing").glob("*.py")]
    there = {
        name
        for file in files
        for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8"))
    }
    named = [re.findall(r"`(test_\w+)`", row[2]) for row in ROWS]
    assert len(ROWS) > 25
    assert [name for names in named for name in names if name not in there] == []
    without = [row[0].strip() for row, names in zip(ROWS, named, strict=True) if not names]
    assert without == ["MemGAS"]
