"""A server that fails again and again is left alone, and asked by one call afterwards."""

from __future__ import annotations

import pytest

from graphmem.errors import CompletionFailed, EndpointDown
from graphmem.models.llm.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("openai:tiny", after=3, open_s=30.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.admit()
        breaker.failed("it is down")


def test_it_opens_after_failures_in_a_row_only(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.admit()
    breaker.went_well()
    fail(breaker, 2)
    breaker.admit()


def test_while_open_it_says_for_how_long(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 10.0
    with pytest.raises(
        EndpointDown, match=r"openai:tiny failed 3 times in a row.* 20 s"
    ) as caught:
        breaker.admit()
    assert caught.value.retry_after_s == 20.0
    assert caught.value.retryable
    assert isinstance(caught.value, CompletionFailed)


def test_one_call_finds_out_and_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30.0
    breaker.admit()
    with pytest.raises(EndpointDown) as caught:
        breaker.admit()
    assert caught.value.retry_after_s > 0
    breaker.went_well()
    breaker.admit()
    breaker.admit()


def test_one_call_finds_out_and_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30.0
    fail(breaker, 1)
    clock.now = 59.0
    with pytest.raises(EndpointDown):
        breaker.admit()
    clock.now = 60.0
    breaker.admit()


def test_a_call_that_was_stopped_lets_the_next_find_out(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30.0
    breaker.admit()
    breaker.said_nothing()
    breaker.admit()


def test_failures_of_calls_that_were_under_way_do_not_prolong_it(
    breaker: Breaker, clock: Clock
) -> None:
    for _ in range(5):
        breaker.admit()
    for at in range(5):
        clock.now = float(at)
        breaker.failed("it is down")
    clock.now = 32.0
    breaker.admit()
