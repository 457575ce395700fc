"""Jobs of long ago are forgotten; what they applied is known, and what failed is not lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from graphmem_pipelines.jobs import old
from graphmem_pipelines.jobs.old import KEPT_S, forget_old

if TYPE_CHECKING:
    from tests.unit.pipelines.jobs.conftest import Home


def test_old_jobs_go_and_the_newest_stay(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old, "KEPT_JOBS", 2)
    jobs = [home.ingest().job for _ in range(5)]
    later = time.time() + KEPT_S + 60
    assert forget_old(home.ledger, time.time()) == 0
    assert forget_old(home.ledger, later) == 3
    assert [job.id for job in home.ledger.jobs()] == jobs[:2:-1]
    assert home.ledger.items(jobs[0], ("applied", "skipped")) == []
    assert home.ingest().items["skipped"] == 5


def test_what_failed_is_kept_until_it_is_dealt_with(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old, "KEPT_JOBS", 0)
    broken = home.tree / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 no document")
    failed = home.ingest().job
    later = time.time() + KEPT_S + 60
    assert forget_old(home.ledger, later) == 0
    broken.unlink()
    broken.write_text("Gus lives in Lyon.")
    monkeypatch.setattr(old, "KEPT_JOBS", 100)
    broken.rename(broken.with_suffix(".txt"))
    assert home.ingest().ok
    monkeypatch.setattr(old, "KEPT_JOBS", 0)
    # The one that is well goes; nobody dealt with the other.
    assert forget_old(home.ledger, later) == 1
    assert [job.id for job in home.ledger.jobs()] == [failed]


def test_a_job_that_ends_forgets(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old, "KEPT_JOBS", 1)
    monkeypatch.setattr(old, "KEPT_S", -60.0)
    for _ in range(3):
        home.ingest()
    assert len(home.ledger.jobs()) == 1
