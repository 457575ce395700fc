"""The benches of a server drive a real one: nothing fails, and what is taken is applied."""

from __future__ import annotations

import pytest

from graphmem_api.bench import soak
from graphmem_api.bench.load import TARGETS, Load, run_load
from graphmem_api.bench.traffic import Pace


@pytest.mark.slow
def test_a_small_load_is_measured() -> None:
    load = Load(passages=64, searchers=3, adders=1, workers=1, seconds=2.0, turns=2)
    report = run_load(load, lambda said: None)
    assert report.figures.keys() == TARGETS.keys()
    assert report.notes == ()
    assert report.figures["errors"] == 0
    assert report.figures["writes_ended"] == 1
    assert report.details["writes"] >= 1
    assert report.details["sdk_searches_per_s"] > 0
    assert report.details["sdk_writes"] >= 1


@pytest.mark.slow
def test_a_short_soak_is_measured() -> None:
    brief = soak.Soak(minutes=0.2, passages=64, workers=2, pace=Pace(searches=4.0, searchers=2))
    report = soak.run_soak(brief, lambda said: None)
    assert report.figures.keys() == soak.TARGETS.keys()
    assert report.notes == []
    assert report.figures["errors"] == 0
    assert report.figures["writes_ended"] == 1
    assert report.details["writes"] >= 1
    assert report.details["streams"] >= 1
    assert all(seen.mb > 1 and seen.n_files > 1 and seen.n_threads > 1 for seen in report.held)
