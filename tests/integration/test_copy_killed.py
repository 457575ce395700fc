"""A copy that is killed at any moment goes on, and ends with the same space."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from graphmem.core.changes import Changes
from graphmem.interop.compare import holdings
from graphmem.interop.copy import copy_space
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.samples import edge, passage, vector

CHILD = Path(__file__).with_name("copy_child.py")


def fill(store: SqliteStore) -> None:
    """Commits of ten passages each, some of which change or go later."""
    rng = random.Random(5)
    for number in range(40):
        nodes = tuple(passage(f"{number:02}-{i}") for i in range(10))
        earlier = f"{rng.randrange(number + 1):02}-0"
        part = Changes(
            nodes=(*nodes, passage(earlier, text=f"changed {number}")),
            edges=tuple(edge(earlier, node.uid) for node in nodes),
            vectors=tuple(vector(node.uid, 0.5, float(number)) for node in nodes),
            remove_nodes=(f"{number - 1:02}-5",) if number else (),
        )
        store.apply("a", lambda _, part=part: part)  # type: ignore[misc]


def test_a_copy_killed_again_and_again_ends_with_the_same_space(tmp_path: Path) -> None:
    source, path = SqliteStore(tmp_path / "source.db"), tmp_path / "target.db"
    fill(source)
    rounds = [("noted", 1), ("applied", 1), ("noted", 2), ("applied", 3), ("applied", 2)]
    for where, number in rounds:
        command = [sys.executable, str(CHILD), str(source.path), str(path), where, str(number)]
        done = subprocess.run(command, capture_output=True, timeout=240, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        # The source goes on in the meantime.
        gone = f"{number:02}-2"
        source.apply("a", lambda _, gone=gone: Changes(remove_nodes=(gone,)))  # type: ignore[misc]
    target = SqliteStore(path)
    assert 0 < sum(target.count("b").nodes.values()) < sum(source.count("a").nodes.values())
    copied = copy_space(source, "a", target, "b")
    assert copied.resumed
    assert holdings(source, "a") == holdings(target, "b")
    assert target.check() == source.check() == []
    source.close()
    target.close()
