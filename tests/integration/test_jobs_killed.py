"""Jobs that are killed with SIGKILL at random moments end as if nobody had."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts.kill_jobs.__main__ import compare


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it looks for processes in /proc")
@pytest.mark.parametrize(
    ("engine", "files", "kills", "with_llm"),
    [("local", 40, 3, True), ("ray", 20, 1, False)],
)
def test_an_ingest_that_is_killed_ends_like_an_undisturbed_one(
    tmp_path: Path, engine: str, files: int, kills: int, *, with_llm: bool
) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    told = compare(tmp_path, files=files, kills=kills, engine=engine, seed=3, with_llm=with_llm)
    assert told["problems"] == []
    assert len(told["kills"]) == kills
    assert (told["calls"] > 0) == with_llm
    assert told["graph"]["vector"] > files
