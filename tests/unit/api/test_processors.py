"""Processes of a busy server are bound to processors; what is bound are real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

import pytest

from graphmem_api.processors import Processors, allowed, seconds_used

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()
_THREADS = """
import sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""
_BUSY = "import sys\nprint('ready', flush=True)\nwhile True: pass"

pytestmark = pytest.mark.skipif(len(ALL) < 2, reason="there is no second processor to share")


def _child(code: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    return child


def _end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


@pytest.fixture
def pids() -> Iterator[list[int]]:
    children = [_child(_THREADS) for _ in range(len(ALL))]
    try:
        yield [child.pid for child in children]
    finally:
        for child in children:
            _end(child)


class Usage:
    """Says what processes have used; a second goes by each time that all are told of."""

    def __init__(self) -> None:
        self.now, self.of = 0.0, dict[int, float]()

    def second(self, shares: Mapping[int, float]) -> None:
        self.now += 1
        for pid, share in shares.items():
            self.of[pid] = self.of.get(pid, 0.0) + share

    def processors(self) -> Processors:
        return Processors(lambda pid: self.of.get(pid, 0.0), lambda: self.now)


def _dealt_to(pids: list[int]) -> Processors:
    usage = Usage()
    processors = usage.processors()
    for _ in range(2):
        processors.deal(pids)
        usage.second(dict.fromkeys(pids, 1.0))
    return processors


def _of(pid: int) -> list[set[int]]:
    """Return the processors of each thread."""
    return [os.sched_getaffinity(int(thread)) for thread in os.listdir(f"/proc/{pid}/task")]


def test_each_busy_process_gets_a_processor_until_one_is_idle(pids: list[int]) -> None:
    usage = Usage()
    processors = usage.processors()
    busy = dict.fromkeys(pids, 0.95)
    processors.deal(pids)
    assert _of(pids[0]) == [ALL, ALL]
    usage.second(busy)
    processors.deal(pids)
    own = [_of(pid) for pid in pids]
    assert all(one == [one[0], one[0]] and len(one[0]) == 1 for one in own)
    assert set.union(*(one[0] for one in own)) == ALL
    usage.second({**busy, pids[1]: 0.7})
    processors.deal(pids)
    assert _of(pids[0]) == own[0]
    usage.second({**busy, pids[1]: 0.2})
    processors.deal(pids)
    assert [_of(pid) for pid in pids] == [[ALL, ALL]] * len(pids)


def test_a_process_that_takes_the_place_of_another_is_waited_for(pids: list[int]) -> None:
    usage = Usage()
    processors = usage.processors()
    processors.deal(pids)
    usage.second(dict.fromkeys(pids, 1.0))
    processors.deal(pids)
    assert _of(pids[0]) != [ALL, ALL]
    new = _child(_THREADS)
    try:
        now = [*pids[:-1], new.pid]
        usage.second(dict.fromkeys(now, 1.0))
        processors.deal(now)
        assert [_of(pid) for pid in now] == [[ALL, ALL]] * len(now)
        usage.second(dict.fromkeys(now, 1.0))
        processors.deal(now)
        assert len(_of(new.pid)[0]) == 1
    finally:
        _end(new)


def test_processes_that_are_not_as_many_as_processors_are_left_alone(pids: list[int]) -> None:
    usage = Usage()
    processors = usage.processors()
    for _ in range(3):
        processors.deal(pids[:-1])
        usage.second(dict.fromkeys(pids, float(len(ALL))))
    assert _of(pids[0]) == [ALL, ALL]


def test_processes_that_become_fewer_are_free_again(pids: list[int]) -> None:
    processors = _dealt_to(pids)
    assert len(_of(pids[0])[0]) == 1
    processors.deal(pids[:1])
    assert _of(pids[0]) == [ALL, ALL]
    processors.deal([])


def test_all_are_free_when_it_is_said_so(pids: list[int]) -> None:
    processors = _dealt_to(pids)
    processors.free()
    assert [_of(pid) for pid in pids] == [[ALL, ALL]] * len(pids)
    processors.deal(pids)
    assert _of(pids[0]) == [ALL, ALL]


def test_only_what_the_server_itself_may_use_is_dealt_out(pids: list[int]) -> None:
    usage = Usage()
    processors, one = usage.processors(), {min(ALL)}
    try:
        os.sched_setaffinity(0, one)
        assert allowed() == tuple(one)
        for _ in range(3):
            processors.deal(pids)
            usage.second(dict.fromkeys(pids, 1.0))
        assert _of(pids[0]) == [ALL, ALL]
    finally:
        os.sched_setaffinity(0, ALL)


def test_a_process_that_is_gone_is_no_error(pids: list[int]) -> None:
    gone = _child(_THREADS)
    _end(gone)
    usage = Usage()
    processors = usage.processors()
    now = [*pids[:-1], gone.pid]
    for _ in range(3):
        processors.deal(now)
        usage.second(dict.fromkeys(now, 1.0))
    assert seconds_used(gone.pid) == 0.0


def test_the_seconds_of_a_process_grow_with_its_work() -> None:
    child = _child(_BUSY)
    try:
        before, until = seconds_used(child.pid), time.monotonic() + 30
        while (used := seconds_used(child.pid) - before) < 0.2:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert used >= 0.2
    finally:
        _end(child)
