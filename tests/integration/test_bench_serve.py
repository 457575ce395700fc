"""The load bench drives a real server: nothing fails, and what is acknowledged is applied."""

from __future__ import annotations

import pytest

from graphmem_api.bench.load import TARGETS, Load, run_load


@pytest.mark.slow
def test_a_small_load_is_measured() -> None:
    load = Load(passages=64, searchers=3, adders=1, workers=1, seconds=2.0)
    report = run_load(load, lambda said: None)
    assert report.figures.keys() == TARGETS.keys()
    assert report.notes == ()
    assert report.figures["errors"] == 0
    assert report.figures["writes_ended"] == 1
    assert report.details["writes"] >= 1
    assert report.details["sdk_searches_per_s"] > 0
