"""Hangs the commands of jobs into the command line."""

from __future__ import annotations

import typer

from graphmem.cli.findings import MORE_CHECKS
from graphmem.cli.session import with_session
from graphmem_pipelines.cli import benching, deleting, ingesting, jobs, upkeep
from graphmem_pipelines.cli.checkup import check_jobs

__all__ = ["add_to"]


def add_to(app: typer.Typer, bench: typer.Typer) -> None:
    """Add `ingest`, `delete`, the group `jobs`, `bench batch`, and what `doctor` says of jobs."""
    bench.command("batch")(with_session(benching.batch, leave_out=("store", "space")))
    MORE_CHECKS.append(check_jobs)
    app.command("ingest")(with_session(ingesting.ingest))
    app.command("delete")(with_session(deleting.delete))
    group = typer.Typer(
        help="Batch jobs: run them, see how far they are and what failed.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    for command, name in (
        (jobs.list_, "list"),
        (jobs.show, "show"),
        (jobs.retry, "retry"),
        (jobs.cancel, "cancel"),
        (jobs.forget, "forget"),
        (jobs.export_failed, "export-failed"),
        (upkeep.extract, "extract"),
        (upkeep.consolidate, "consolidate"),
        (upkeep.reembed, "re-embed"),
        (upkeep.verify, "verify"),
    ):
        group.command(name)(with_session(command))
    app.add_typer(group, name="jobs")
