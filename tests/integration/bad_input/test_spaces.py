"""What is no name of a space is refused, and strange names are names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from tests.integration.bad_input.refusals import QUESTION, open_memory, refused


@pytest.mark.parametrize(
    "space",
    [
        "", " ", " a", "a ", "a\nb", "a\tb", "a\x00b", "a\x7fb", "\ud800", "\u200b", "a\u200bb",
        "a\u202eb", "\ufeffa", ".", "..", "x" * 201, "x" * 1_000_000, 5, None, b"a", ["a"],
    ],
    ids=lambda space: ascii(space)[:20],
)  # fmt: skip
def test_spaces_that_are_none(memory: Memory, tmp_path: Path, space: Any) -> None:
    with refused(memory, tmp_path, InvalidInput, "space"):
        open_memory(memory._store.path, space=space)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "space",
    ["x" * 200, "🦊" * 200, "../../etc/passwd", "a/b\\c", "CON",
     "'; DROP TABLE node;--", "é", "%s{0}$HOME", "部屋"],
    ids=lambda space: ascii(space)[:20],
)  # fmt: skip
def test_strange_spaces_are_spaces(tmp_path: Path, space: str) -> None:
    folder = tmp_path / "stores"
    folder.mkdir()
    store = folder / "agent.db"
    for _ in range(2):
        with open_memory(store, space=space) as memory:
            memory.add("Ann lives in Rome.")
            assert memory.search(QUESTION).hits[0].text == "Ann lives in Rome."
            assert memory.stats().nodes["Passage"] == 1
            assert memory.stats().space == space
    assert [one.name for one in tmp_path.iterdir()] == ["stores"]
    assert {one.name for one in folder.iterdir()} == {"agent.db", "agent.db.views"}
