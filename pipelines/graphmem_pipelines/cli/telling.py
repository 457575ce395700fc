"""How a job is told: a live bar on a terminal, plain lines elsewhere, and its report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from graphmem.cli.output import counted, emit
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem_pipelines.jobs.preview import Preview
    from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport

__all__ = ["end_with", "preview_lines", "report_lines", "report_payload", "told"]

_LINE_S = 5.0


@contextmanager
def told(session: Session, what: str) -> Iterator[Hear]:
    """Show how far a job is for the length of a `with` block; nothing under `--json`."""
    console = session.console
    if session.as_json:
        yield lambda progress: None
    elif console.is_terminal:
        with _bar(session, what) as hear:
            yield hear
    else:
        yield _lines(session, what)


def report_payload(report: JobReport) -> dict[str, Any]:
    """Return a report as plain JSON."""
    return {**asdict(report), "ok": report.ok}


def report_lines(report: JobReport) -> list[str]:
    """Say what a job did, for a person."""
    counts = ", ".join(f"{n:,} {state}" for state, n in report.items.items() if n)
    name = report.job[-8:]
    lines = [
        f"job {name}: {report.kind} {report.state}: {counts or 'no items'}; "
        f"{counted(report.n_passages, 'passage')}"
    ]
    if report.error:
        lines.append(report.error)
    spent = report.spent
    if spent.n_calls or spent.n_cached:
        cost = "an unknown price" if spent.cost is None else f"{spent.cost:.4f}"
        lines.append(
            f"LLM: {counted(spent.n_calls, 'call')}, {spent.n_cached:,} from the cache, "
            f"{spent.prompt_tokens:,} + {spent.completion_tokens:,} tokens, cost {cost}"
        )
    if report.n_partial:
        lines.append(f"{counted(report.n_partial, 'item')} lack answers of the LLM")
    for reason, n in sorted(report.dropped.items()):
        lines.append(f"left out: {reason} ({n:,})")
    lines += [f"failed: {failure.key}: {failure.reason}" for failure in report.failures]
    n_more = report.items["failed"] - len(report.failures)
    if n_more > 0:
        lines.append(f"and {n_more:,} more: graphmem jobs export-failed {name}")
    return [*lines, *report.notes]


def preview_lines(preview: Preview) -> list[str]:
    """Say what a job would do, for a person."""
    lines = [f"{counted(preview.n_items, 'item')}, {counted(preview.n_passages, 'passage')}"]
    if preview.n_calls:
        usage, cost = preview.usage, preview.cost
        about = "its price is not known" if cost is None else f"about ${cost:,.4f}"
        lines.append(
            f"LLM: {counted(preview.n_calls, 'call')}, {usage.prompt_tokens:,} + "
            f"{usage.completion_tokens:,} tokens by estimate: {about}"
        )
        lines.append(f"prices of {preview.prices_of or 'your table'}; GRAPHMEM_PRICES names yours")
    return lines + [f"cannot be read: {one.key}: {one.reason}" for one in preview.failures]


def end_with(session: Session, report: JobReport) -> None:
    """Print a report and end the command: 0 when all is well, 1 when something is left.

    Raises:
        Exit: Something failed, or is not done.
    """
    emit(session, report_payload(report), lambda: report_lines(report))
    if report.ok:
        return
    name = report.job[-8:]
    n_failed = report.items["failed"] + report.n_partial
    what = (
        f"{counted(n_failed, 'item')} failed or lack answers"
        if n_failed
        else f"the job is {report.state}"
    )
    session.say(
        f"graphmem: {what}; the same command takes what was mended, and `graphmem --store "
        f"{session.shown} jobs retry {name}` tries again what is left"
    )
    raise typer.Exit(1)


@contextmanager
def _bar(session: Session, what: str) -> Iterator[Hear]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Bars(*columns, console=session.console, transient=True) as bars:
        task = bars.add_task(what, total=None, pace="")

        def hear(progress: JobProgress) -> None:
            bars.update(
                task,
                description=f"{what}: {progress.stage}",
                completed=progress.n_done,
                total=progress.n_items or None,
                pace=_pace(progress),
            )

        yield hear


def _lines(session: Session, what: str) -> Hear:
    last = time.monotonic()

    def hear(progress: JobProgress) -> None:
        nonlocal last
        if time.monotonic() - last < _LINE_S:
            return
        last = time.monotonic()
        done = f"{progress.n_done:,} of {progress.n_items:,} items"
        session.say(f"{what}: {progress.stage}, {done}, {_pace(progress)}")

    return hear


def _pace(progress: JobProgress) -> str:
    parts = [f"{progress.passages_per_s:,.0f} passages/s"]
    if progress.n_failed:
        parts.append(f"{progress.n_failed:,} failed")
    if progress.cost is None:
        parts.append("cost unknown")
    elif progress.cost:
        parts.append(f"cost {progress.cost:.4f}")
    if progress.eta_s is not None:
        minutes, seconds = divmod(round(progress.eta_s), 60)
        parts.append(f"{minutes}:{seconds:02d} left")
    return ", ".join(parts)
