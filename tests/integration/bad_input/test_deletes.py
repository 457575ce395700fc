"""What is not there, or said too vaguely, is neither told nor deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from tests.integration.bad_input.refusals import refused


@pytest.mark.parametrize("uid", ["", "nope", "\x00", "x" * 1_000, "f" * 32])
def test_nodes_and_sources_that_are_not_there(memory: Memory, tmp_path: Path, uid: str) -> None:
    for call in (memory.get, memory.history, memory.delete):
        with pytest.raises(NotFound, match="there is no node"):
            call(uid)
    with (
        refused(memory, tmp_path, NotFound, "there is no source")
        if len(uid) < 99
        else (pytest.raises(NotFound))
    ):
        memory.delete(source=uid)


def test_deletes_that_say_too_little_or_too_much(memory: Memory, tmp_path: Path) -> None:
    calls: list[Callable[[], object]] = [
        lambda: memory.delete(),
        lambda: memory.delete("x", source="y"),
        lambda: memory.delete(space="another"),
        lambda: memory.delete(space=""),
        lambda: memory.delete("\ud800"),
        lambda: memory.rebuild("everything"),
    ]
    for call in calls:
        with refused(memory, tmp_path, InvalidInput, None):
            call()
