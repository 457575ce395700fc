"""Many at once: threads, processes, writers while a projection is being made."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from graphmem.core.changes import ChangeBatch, Changes
from graphmem.core.cypher import accept_cypher
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.samples import passage
from graphmem.testing.world import world
from graphmem.views.cypher.view import CypherView

COUNT = accept_cypher("MATCH (n) RETURN count(n)", {}, space="a", limit=1, timeout_s=60)
CHILD = """
import sys
from pathlib import Path
from graphmem.stores.sqlite import SqliteStore
from graphmem.core.cypher import accept_cypher
from graphmem.views.cypher.view import CypherView
store = SqliteStore(sys.argv[1])
view = CypherView(store, "a", Path(sys.argv[2]))
count = accept_cypher("MATCH (n) RETURN count(n)", {}, space="a", limit=1, timeout_s=60)
for line in sys.stdin:
    print(view.cypher(count).rows[0][0], flush=True)
view.close()
store.close()
"""


class Paused(SqliteStore):
    """A store whose feed waits in the middle of the first reading."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def changes(self, space: str, after: int, **wanted: Any) -> Iterator[ChangeBatch]:
        for batch in super().changes(space, after, **wanted):
            self.reached.set()
            assert self.go_on.wait(60)
            yield batch


def _n_nodes(store: SqliteStore) -> int:
    return sum(store.count("a").nodes.values())


def test_a_writer_goes_on_while_a_projection_is_made(tmp_path: Path) -> None:
    store = Paused(tmp_path / "m.db")
    store.apply("a", lambda _: world("w"))
    view = CypherView(store, "a", tmp_path / "views")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(view.cypher, COUNT)
        assert store.reached.wait(60)
        # Neither from here nor from another connection does a write wait.
        store.apply("a", lambda _: world("v"))
        store.apply("a", lambda _: Changes(remove_nodes=("wp0",)))
        store.go_on.set()
        assert asked.result(60).rows == ((_n_nodes(store),),)
    view.close()
    store.close()


def test_threads_share_a_view_while_the_store_grows(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "m.db")
    store.apply("a", lambda _: world("w"))
    view = CypherView(store, "a", tmp_path / "views")
    low = _n_nodes(store)

    def ask(n: int) -> int:
        store.apply("a", lambda _: Changes(nodes=(passage(f"new{n}"),)))
        return int(view.cypher(COUNT).rows[0][0])

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(ask, range(12)))
    assert all(low < count <= low + 12 for count in counts)
    assert view.cypher(COUNT).rows == ((low + 12,),)
    view.close()
    store.close()


@pytest.mark.slow
def test_processes_share_a_projection(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "m.db")
    store.apply("a", lambda _: world("w"))
    folder = tmp_path / "views"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(store.path), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    try:
        for n in range(4):
            for child in children:
                assert child.stdin is not None
                child.stdin.write("\n")
                child.stdin.flush()
            for child in children:
                assert child.stdout is not None
                assert int(child.stdout.readline()) == _n_nodes(store)
            store.apply("a", lambda _, n=n: Changes(nodes=(passage(f"new{n}"),)))
    finally:
        for child in children:
            child.communicate(timeout=240)
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(list(folder.glob("*.lbug"))) == 1
    assert not list(folder.glob("*.csv"))
    store.close()
