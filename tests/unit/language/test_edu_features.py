"""Features of the start of a unit: how the loop that makes them is compiled."""

from __future__ import annotations

from datetime import datetime

from graphmem import Memory
from graphmem.language import edu_features


def test_a_helper_is_not_compiled_for_each_number_that_it_is_called_with(tmp_path):
    with Memory(tmp_path / "memory.db") as memory:
        memory.add("Ann moved to Rome, because she likes it.", at=datetime(2024, 5, 3))
    assert len(edu_features._put.signatures) == 1
