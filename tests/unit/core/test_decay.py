"""Forgetting is slow, in days, slower for what is used, and never removes anything."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.decay import STABILITY_DAYS, days_between, freshness, retention

DAYS = st.floats(0, 1e5)
USES = st.integers(0, 10**6)


@given(DAYS, DAYS, USES, USES)
def test_it_falls_with_time_and_rises_with_use(a: float, b: float, few: int, many: int) -> None:
    a, b, few, many = min(a, b), max(a, b), min(few, many), max(few, many)
    assert 0.0 <= retention(b, few) <= retention(a, few) <= 1.0
    assert retention(a, few) <= retention(a, many)
    assert 0.5 <= freshness(b, few) <= freshness(a, many) <= 1.0


def test_what_is_used_is_ahead_of_what_is_not_at_any_age() -> None:
    for days in (1.0, 10.0, 100.0, 1_000.0, 10_000.0):
        assert retention(days, 10) > retention(days, 1) > retention(days)


def test_it_counts_days_and_not_hours() -> None:
    # Five uses, seventeen hours ago: as good as new.
    assert retention(17 / 24, uses=5) > 0.99
    assert retention(STABILITY_DAYS) == pytest.approx(0.36788, abs=1e-5)
    assert freshness(1e5) == 0.5


def test_days_of_what_has_no_date_or_lies_ahead_are_none() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert days_between(now - timedelta(hours=47), now) == 1.0
    assert days_between(None, now) == 0.0
    assert days_between(now + timedelta(days=3), now) == 0.0
