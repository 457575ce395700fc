"""Whose turn it is among spaces."""

from __future__ import annotations

import threading

from graphmem_api.inbox.turns import Turns


def test_spaces_take_turns() -> None:
    turns, order = Turns(), []
    for _ in range(6):
        space = turns.begin(["a", "b", "c"])
        assert space is not None
        order.append(space)
        turns.end(space)
    assert order == ["a", "b", "c", "a", "b", "c"]


def test_a_space_that_comes_later_does_not_wait_for_those_that_always_have_more() -> None:
    turns = Turns()
    for _ in range(3):
        turns.end(turns.begin(["busy"]) or "")
    assert turns.begin(["busy", "new"]) == "new"


def test_no_space_is_with_two_threads() -> None:
    turns = Turns()
    assert turns.begin(["a"]) == "a"
    assert turns.begin(["a"]) is None
    turns.end("a")
    assert turns.begin(["a"]) == "a"


def test_a_space_that_cannot_be_applied_lets_others_go_first() -> None:
    turns = Turns()
    turns.end(turns.begin(["a", "b"]) or "", failed=True)
    for _ in range(3):
        assert turns.begin(["a", "b"]) == "b"
        turns.end("b")
    turns.end(turns.begin(["b"]) or "", elsewhere=True)
    assert turns.begin(["b"]) is None


def test_nothing_is_kept_of_spaces_without_writes() -> None:
    turns = Turns()
    for n in range(50):
        turns.end(turns.begin([f"space {n}"]) or "", failed=n % 2 == 0)
    turns.begin([])
    assert not turns._served
    assert not turns._resting
    assert not turns._n_failures


def test_who_waits_hears_of_news_and_of_the_end() -> None:
    turns = Turns()
    seen = turns.wait(-1)
    turns.wake()
    assert turns.wait(seen) != seen
    threading.Timer(0.01, turns.stop).start()
    while not turns.stopping:
        seen = turns.wait(seen)
    assert turns.begin(["a"]) is None
