"""What a caller is told of a job: all of a write, and of other jobs what is his to know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem_api.inbox.status import item_page, status_of
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
