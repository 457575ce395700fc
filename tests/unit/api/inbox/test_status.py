"""What a caller is told of a job: all of a write, and of other jobs what is his to know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem_api.inbox.status import item_page, status_of
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.kept import Waiting, Write
from graphmem_pipelines.ledger.rows import Item, ItemResult
from graphmem_pipelines.ledger.writes import WriteLedger

FILE = "/srv/secret/notes.pdf"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[WriteLedger]:
    opened = WriteLedger(tmp_path / "a.db.jobs")
    yield opened
    opened.close()


def test_files_of_the_server_are_told_to_whom_may_know_of_them(ledger: WriteLedger) -> None:
    job = ledger.begin("ingest", "s", {"paths": [FILE]}, "f").id
    ledger.add_items(job, [Item(1, "notes.pdf", FILE, "pdf", 3)])
    ledger.record(job, [ItemResult(1, "failed", f"{FILE!r} is no PDF", code="invalid_input")])
    ledger.move(job, "failed", f"there is no folder {FILE!r}")

    def told(*, of_server: bool) -> tuple[str | None, str | None]:
        (item,) = item_page(ledger, ledger.job(job), None, None, 9, of_server=of_server).items
        return status_of(ledger, ledger.job(job), of_server=of_server).error, item.error

    assert told(of_server=True) == (f"there is no folder {FILE!r}", f"{FILE!r} is no PDF")
    why, failed = told(of_server=False)
    assert why == f"whoever runs the server is told why: `graphmem jobs show {job[-8:]}`"
    assert failed == "'notes.pdf' is no PDF"


def test_items_are_those_that_failed_where_some_did_else_all(ledger: WriteLedger) -> None:
    job = ledger.begin("ingest", "s", {}, "f").id
    ledger.add_items(job, [Item(n, f"k{n}", None, "text", 3, content="x") for n in (1, 2)])

    def shown(failed: bool | None) -> list[int]:
        return [one.n for one in item_page(ledger, ledger.job(job), failed, None, 9).items]

    ledger.record(job, [ItemResult(1, "applied")])
    assert (shown(None), shown(True), shown(False)) == ([1, 2], [], [1, 2])
    ledger.record(job, [ItemResult(2, "failed", "why")])
    assert (shown(None), shown(True), shown(False)) == ([2], [2], [1, 2])


def test_how_far_a_long_job_is_is_read_from_an_index(ledger: WriteLedger) -> None:
    """Whoever follows a job has it looked up again and again, and items hold what was sent."""
    items = (item_of(1, "text", {"text": "Ann is here."}),)
    limits = Waiting(100, 10**9, {})
    (kept,) = ledger.keep([Write("s", items, False, None, "d")], limits)
    job = ledger.job(kept.job)
    said: list[str] = []
    ledger._connection.set_trace_callback(said.append)
    assert status_of(ledger, job).items == 1
    ledger._connection.set_trace_callback(None)
    steps = [
        step
        for one in said
        for *_, step in ledger._connection.execute(f"EXPLAIN QUERY PLAN {one}")
        if " item " in step
    ]
    assert steps
    assert all("USING COVERING INDEX" in step for step in steps)
