"""`graphmem jobs list | show | retry | cancel | export-failed`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session
from graphmem_pipelines.cli.opening import BaseUrl, LedgerFile, opened
from graphmem_pipelines.cli.telling import end_with, report_lines, report_payload, told

if TYPE_CHECKING:
    from graphmem_pipelines.ledger.ledger import Ledger
    from graphmem_pipelines.ledger.rows import Job

__all__ = ["cancel", "export_failed", "forget", "list_", "retry", "show"]

_CANCELLED = {"cancelled": "is cancelled", "done": "is done already: nothing of it is left"}
_JobName = Annotated[
    str, typer.Argument(help="Id of a job, or a part of it; the last one unless said.")
]
_LeftName = Annotated[
    str,
    typer.Argument(help="Id of a job, or a part of it; the last with something left else."),
]


def list_(session: Session, ledger: LedgerFile = None) -> None:
    """List the jobs of this memory, newest first."""
    from graphmem_pipelines.jobs.health import as_it_is

    with opened(session, ledger) as (_, book):
        rows = [_row(book, as_it_is(book, job)) for job in book.jobs()]
    lines = [
        f"{str(row['job'])[-8:]}  {str(row['begun'])[:16]}  {row['kind']:<12}{row['state']:<10}"
        f"{row['done']:,} of {row['items']:,} items, {row['failed']:,} failed  {row['space']}"
        for row in rows
    ]
    emit(session, {"jobs": rows}, lambda: lines)


def show(session: Session, job: _JobName = "last", ledger: LedgerFile = None) -> None:
    """Show how far a job is and what failed; ends with 1 where something did."""
    from graphmem_pipelines.jobs.health import as_it_is
    from graphmem_pipelines.jobs.report import report_of

    with opened(session, ledger) as (_, book):
        report = report_of(book, as_it_is(book, book.job(job)))
    emit(session, report_payload(report), lambda: report_lines(report))
    if report.items["failed"] or report.state == "failed":
        raise typer.Exit(1)


def retry(
    session: Session,
    job: _LeftName = "left",
    max_cost: Annotated[
        float | None,
        typer.Option(min=0, help="US dollars that it may spend in all; else as it was begun."),
    ] = None,
    base_url: BaseUrl = None,
    ledger: LedgerFile = None,
) -> None:
    """Try again what failed, and go on with what was left undone."""
    from graphmem_pipelines.jobs.again import run_again

    with opened(session, ledger) as (store, book):
        found = book.job(job)
        with told(session, found.kind) as hear:
            report = run_again(found, store, book, hear, max_cost, base_url)
    end_with(session, report)


def cancel(session: Session, job: _JobName = "last", ledger: LedgerFile = None) -> None:
    """Give a job up; what it stored stays."""
    with opened(session, ledger) as (_, book):
        found = book.job(job)
        book.cancel(found.id)
        state = book.job(found.id).state
    said = _CANCELLED.get(state, "is told to stop after what it is at")
    emit(session, {"job": found.id, "state": state}, lambda: [f"job {found.id[-8:]} {said}"])


def forget(session: Session, job: _JobName, ledger: LedgerFile = None) -> None:
    """Remove a job from the ledger, with what it keeps of failed items; the memory stays."""
    with opened(session, ledger) as (_, book):
        found = book.job(job)
        with book.held(found.id):
            book.forget(found.id)
    emit(session, {"job": found.id}, lambda: [f"job {found.id[-8:]} is forgotten"])


def export_failed(
    session: Session,
    job: _LeftName = "left",
    out: Annotated[
        str | None, typer.Option(help="File to write; stdout unless said.", metavar="FILE")
    ] = None,
    ledger: LedgerFile = None,
) -> None:
    """Write what failed and why, one JSON object a line."""
    with opened(session, ledger) as (_, book):
        lines = list(_failed(book, book.job(job)))
    if out is None:
        sys.stdout.writelines(line + "\n" for line in lines)
        return
    Path(out).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    emit(session, {"file": out, "n": len(lines)}, lambda: [f"{len(lines):,} rows in {out}"])


def _failed(book: Ledger, job: Job) -> Iterator[str]:
    after = 0
    while items := book.items(job.id, ("failed",), after=after):
        after = items[-1].n
        for item in items:
            row = {
                "key": item.key,
                "path": item.path,
                "kind": item.kind,
                "attempts": item.attempts,
                "error": item.error,
                "content": json.loads(item.content) if item.content else None,
            }
            yield json.dumps(row, ensure_ascii=False)


def _row(book: Ledger, job: Job) -> dict[str, object]:
    totals = book.totals(job.id)
    return {
        "job": job.id,
        "kind": job.kind,
        "space": job.space,
        "state": job.state,
        "begun": datetime.fromtimestamp(job.created_at, UTC).isoformat(),
        "items": totals.n_items,
        "done": totals.n_items - totals.n_waiting,
        "failed": totals.items["failed"],
        "error": job.error,
    }
