"""Token buckets: waits follow from the clock alone."""

from __future__ import annotations

import pytest

from graphmem.models.llm.pace import Bucket, Pace


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_what_comes_in_a_second_goes_at_once_and_the_rest_at_the_rate() -> None:
    bucket = Bucket(per_minute=120, now=0.0)
    assert [bucket.take(1, 0.0) for _ in range(5)] == [0.0, 0.0, 0.5, 1.0, 1.5]


def test_it_fills_with_time_and_holds_a_second() -> None:
    bucket = Bucket(per_minute=600, now=0.0)
    bucket.take(10, 0.0)
    assert bucket.take(10, 100.0) == 0.0
    assert bucket.take(1, 100.0) == pytest.approx(0.1)


def test_a_call_larger_than_the_bucket_is_paid_for_by_those_after_it() -> None:
    bucket = Bucket(per_minute=6000, now=0.0)  # 100 a second
    assert bucket.take(1000, 0.0) == pytest.approx(9.0)
    assert bucket.take(0, 9.0) == pytest.approx(0.0)


def test_what_was_not_taken_is_given_back() -> None:
    bucket = Bucket(per_minute=6000, now=0.0)
    bucket.take(1000, 0.0)
    assert bucket.take(-950, 0.0) == 0.0


@pytest.mark.parametrize(("requests", "tokens"), [(60, None), (None, 6000), (60, 6000)])
def test_over_a_minute_no_more_goes_than_is_allowed(
    requests: float | None, tokens: float | None
) -> None:
    time = Time()
    pace = Pace(requests, tokens, time.clock, time.sleep)
    n_calls = 0
    while time.now < 60:
        pace.wait(100)
        n_calls += 1
    assert 59 <= n_calls <= 62


def test_nothing_is_waited_for_without_limits() -> None:
    time = Time()
    pace = Pace(None, None, time.clock, time.sleep)
    for _ in range(1000):
        pace.wait(10_000)
        pace.correct(10_000)
    assert time.slept == []


def test_a_pause_holds_for_all() -> None:
    time = Time()
    pace = Pace(None, None, time.clock, time.sleep)
    pace.pause(3.0)
    pace.pause(1.0)
    pace.wait(1)
    assert time.slept == [3.0]
    pace.wait(1)
    assert time.slept == [3.0]


def test_tokens_beyond_what_was_thought_delay_the_next() -> None:
    time = Time()
    pace = Pace(None, 6000, time.clock, time.sleep)
    pace.wait(10)
    pace.correct(290)
    pace.wait(0)
    assert time.slept == [pytest.approx(2.0)]
