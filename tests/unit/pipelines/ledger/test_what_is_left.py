"""Which job is meant where none is named, and who may read the ledger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, ItemResult, ItemState


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "x.jobs")
    yield made
    made.close()


def _job(ledger: Ledger, kind: str, state: ItemState, *, whole: bool = True) -> str:
    job = ledger.begin(kind, "default", {}, kind).id
    ledger.add_items(job, [Item(1, "a", "/a", "text", 1)])
    ledger.record(job, [ItemResult(1, state, whole=whole)])
    ledger.move(job, "done")
    return job


def test_what_is_left_is_the_last_job_that_is_not_well(ledger: Ledger) -> None:
    failed = _job(ledger, "ingest", "failed")
    well = _job(ledger, "verify", "applied")
    assert ledger.job("left").id == failed
    assert ledger.job("last").id == well


def test_an_item_that_lacks_answers_is_left_and_tried_again(ledger: Ledger) -> None:
    job = _job(ledger, "ingest", "applied", whole=False)
    _job(ledger, "verify", "applied")
    assert ledger.job("left").id == job
    assert ledger.totals(job).n_partial == 1
    assert ledger.retry(job) == 1
    assert [item.state for item in ledger.items(job, ("pending",))] == ["pending"]


def test_where_all_is_well_it_is_the_last_one(ledger: Ledger) -> None:
    _job(ledger, "ingest", "applied")
    assert ledger.job("left") == ledger.job("last")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_reads_a_ledger(tmp_path: Path, ledger: Ledger) -> None:
    assert (tmp_path / "x.jobs").stat().st_mode & 0o077 == 0
