"""A statement may break, hang or fill the process that it runs in, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.core.cypher import CypherResult, accept_cypher
from graphmem.errors import GraphMemError, InvalidInput, StatementTimedOut, StoreBusy, StoreError
from graphmem.stores.memory import MemoryStore
from graphmem.testing.world import world
from graphmem.views.cypher.engines import Engines, Pool
from graphmem.views.cypher.view import CypherView
from graphmem.views.cypher.wire import from_wire, to_wire


@pytest.fixture(scope="module")
def view() -> Iterator[CypherView]:
    store = MemoryStore()
    store.apply("a", lambda _: world("w"))
    made = CypherView(store, "a", None)
    yield made
    made.close()


def _ask(
    view: CypherView, statement: str, timeout_s: float = 30.0, limit: int = 1000
) -> CypherResult:
    request = accept_cypher(statement, {}, space="a", limit=limit, timeout_s=timeout_s)
    return view.cypher(request)


@pytest.mark.parametrize(
    "statement",
    [
        "RETURN date('20000-01-01')",
        "RETURN date('9999-12-31') + 5",
        "RETURN make_date(20000, 1, 1)",
        "RETURN epoch_ms(1000000000000000)",
        "MATCH (p:Proposition) RETURN p.recorded_at + interval('9000 years')",
    ],
)
def test_what_breaks_the_engine_is_an_error(view: CypherView, statement: str) -> None:
    """It was the end of the host process."""
    with pytest.raises(GraphMemError) as caught:
        _ask(view, statement)
    assert isinstance(caught.value, InvalidInput) or "broke the engine" in str(caught.value)
    assert _ask(view, "RETURN 1").rows == ((1,),)


@pytest.mark.parametrize(
    "statement",
    ["RETURN range(1, 30000000)", "RETURN size(lpad('a', 2000000000, 'b'))"],
)
def test_what_does_not_look_at_the_time_is_stopped(view: CypherView, statement: str) -> None:
    with pytest.raises((StatementTimedOut, InvalidInput, StoreError)):
        _ask(view, statement, timeout_s=0.3)
    assert _ask(view, "RETURN 1").rows == ((1,),)


@pytest.mark.parametrize(
    "statement",
    ["RETURN list_sort(range(1, 40000000))[1]", "RETURN range(1, 6000000)"],
)
def test_what_needs_too_much_memory_is_refused(view: CypherView, statement: str) -> None:
    with pytest.raises((InvalidInput, StoreError), match=r"MiB|memory"):
        _ask(view, statement, timeout_s=100.0)
    assert _ask(view, "RETURN 1").rows == ((1,),)


def test_a_large_answer_is_cut_and_says_so(view: CypherView) -> None:
    result = _ask(view, "UNWIND range(1, 100) AS a RETURN lpad('x', 1000000, 'y')")
    assert result.cut
    assert 50 < len(result.rows) < 70


def test_values_of_all_types_come_back(view: CypherView) -> None:
    result = _ask(
        view,
        "RETURN timestamp('2020-01-02 03:04:05'), date('2020-01-02'), interval('3 days'), "
        "uuid('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), blob('\\\\xAA'), {a: [1, null]}, "
        "1 / 0.0, map([1], ['x']), 'é\\n\"', cast(1.5 AS DECIMAL(5, 2))",
    )
    assert list(map(str, result.rows[0])) == [
        "2020-01-02 03:04:05+00:00", "2020-01-02", "3 days, 0:00:00",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "b'\\xaa'", "{'a': [1, None]}",
        "inf", "{'1': 'x'}", 'é\n"', "1.5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value", [{"a": datetime(1, 1, 1, tzinfo=UTC)}, ["\x00", '"\\u0000"'], -(2**63)]
)
def test_what_goes_over_the_wire_comes_back(value: Any) -> None:
    line = to_wire(value)
    assert b"\n" not in line
    assert from_wire(line) == value


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A projection's file."""
    store = MemoryStore()
    store.apply("a", lambda _: world("w"))
    view = CypherView(store, "a", tmp_path)
    assert _ask(view, "RETURN 1").rows
    yield next(tmp_path.glob("*.lbug"))
    view.close()


def test_spaces_share_a_bounded_number_of_processes(path: Path) -> None:
    pool = Pool(most=2)
    spaces = [Engines(pool) for _ in range(3)]
    with (
        spaces[0].lent(path, 60.0) as first,
        spaces[1].lent(path, 60.0) as second,
        pytest.raises(StoreBusy, match="2 other statements"),
        spaces[2].lent(path, 0.01),
    ):
        pass
    with spaces[2].lent(path, 60.0) as third:
        # What was idle for longest made room, and no space gets a process of another.
        assert [first.is_alive, second.is_alive] in ([False, True], [True, False])
        assert third not in (first, second)
    for space in spaces:
        space.let_go()
    assert not any(one.is_alive for one in (first, second, third))


def test_a_process_that_does_nothing_is_ended(path: Path) -> None:
    engines = Engines(Pool(idle_s=0.05))
    with engines.lent(path, 60.0) as engine:
        time.sleep(0.2)
        assert engine.is_alive  # it was at work
    end = time.monotonic() + 60
    while engine.is_alive:
        assert time.monotonic() < end
        time.sleep(0.01)
    with engines.lent(path, 60.0) as another:
        assert another is not engine
    engines.let_go()


FORKED = """
import os, sys
from pathlib import Path
from graphmem.core.cypher import accept_cypher
from graphmem.stores.memory import MemoryStore
from graphmem.testing.world import world
from graphmem.views.cypher.view import CypherView
store = MemoryStore()
store.apply("a", lambda _: world("w"))
views = [CypherView(store, "a", Path(sys.argv[1])), CypherView(store, "a", None)]
count = accept_cypher("MATCH (n) RETURN count(n)", {}, space="a", limit=1, timeout_s=60)
def ask():
    return [view.cypher(count).rows for view in views]
before = ask()
with views[0]._lock:  # as if another thread were in it
    pid = os.fork()
if not pid:
    assert ask() == before
    sys.exit(7)
_, status = os.waitpid(pid, 0)
assert os.waitstatus_to_exitcode(status) == 7, status
store.apply("a", lambda _: world("v"))
assert ask() != before
for view in views:
    view.close()
print("good")
"""

NARROW = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
from pathlib import Path
from graphmem.core.cypher import accept_cypher
from graphmem.stores.memory import MemoryStore
from graphmem.testing.world import world
from graphmem.views.cypher.view import CypherView
store = MemoryStore()
store.apply("a", lambda _: world("w"))
view = CypherView(store, "a", Path(sys.argv[1]))
count = accept_cypher("MATCH (n) RETURN count(n)", {}, space="a", limit=1, timeout_s=60)
assert view.cypher(count).rows[0][0] > 9
view.close()
print("good")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks and limits as Linux has them")
@pytest.mark.parametrize("program", [FORKED, NARROW], ids=["forked", "narrow"])
def test_it_works(tmp_path: Path, program: str) -> None:
    """After a fork, and where a process may not have many addresses."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "views")],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"good\n", b"")
