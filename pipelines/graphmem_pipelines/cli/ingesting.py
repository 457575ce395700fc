"""`graphmem ingest`: files and folders into the memory, as a job that survives."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session
from graphmem.cli.values import moment
from graphmem_pipelines.cli.opening import BaseUrl, Concurrency, LedgerFile, MaxCost
from graphmem_pipelines.cli.telling import end_with, preview_lines, told

__all__ = ["EngineName", "ingest"]


class EngineName(StrEnum):
    """Who reads the items."""

    LOCAL = "local"
    RAY = "ray"


def ingest(  # noqa: PLR0913  # options, all by their names
    session: Session,
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, folders, glob patterns, or - for stdin.", metavar="PATH..."),
    ],
    include: Annotated[
        list[str] | None, typer.Option(help="Only files that match; may be repeated.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="Not what matches; may be repeated.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(help="Name of a column of CSV or JSONL, as text=body; may be repeated."),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="Reader for all files; told by content else.")
    ] = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="Also files like .this.")] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Of text files; found out unless said.")
    ] = None,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="Whether 3/4/2024 is in April."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Name of what comes on stdin; by its content unless said.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(callback=moment, help="When it was written, where none says.")
    ] = None,
    trust: Annotated[
        float | None, typer.Option(min=0, max=1, help="How far the sources are trusted.")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="Who reads them.")] = EngineName.LOCAL,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes or actors; one a core unless said.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Ray cluster; auto finds the one of this machine.")
    ] = None,
    max_read_seconds: Annotated[
        float, typer.Option(help="Seconds that reading one file may take; it fails then.")
    ] = 600.0,
    llm: Annotated[
        str | None, typer.Option(help="LLM that extracts: openai:<model>; none unless said.")
    ] = None,
    base_url: BaseUrl = None,
    concurrency: Concurrency = 16,
    requests_per_minute: Annotated[
        float | None, typer.Option(min=0, help="Calls of it a minute at most.")
    ] = None,
    tokens_per_minute: Annotated[
        float | None, typer.Option(min=0, help="Tokens of it a minute at most.")
    ] = None,
    max_cost: MaxCost = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what it would read and cost, and do nothing.")
    ] = False,
    ledger: LedgerFile = None,
) -> None:
    """Ingest files, folders and exports as a job: the same command goes on where it stopped."""
    from graphmem.models.llm.limits import Limits
    from graphmem.writing.checks import check_moment
    from graphmem_pipelines.engines.base import Recipe
    from graphmem_pipelines.engines.registry import EngineChoice
    from graphmem_pipelines.ingestion import ingest_into, preview
    from graphmem_pipelines.jobs.asking import LLMChoice
    from graphmem_pipelines.jobs.ingest import Ingest
    from graphmem_pipelines.jobs.report import JobReport
    from graphmem_pipelines.readers.content import ReaderOptions

    options = ReaderOptions(
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        fields=_fields(field or ()),
        format=format_,
        hidden=hidden,
        encoding=encoding,
        day_first=day_first,
    )
    limits = Limits(
        concurrency, requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute
    )
    with told(session, "ingesting") as hear:
        asked = Ingest(
            tuple(paths),
            Recipe(options=options, at=check_moment(at), trust=trust),
            EngineChoice(engine.value, workers, address, max_read_seconds),
            llm=LLMChoice(llm, base_url, limits, max_cost) if llm else None,
            hear=hear,
            stdin=sys.stdin,
            source=source,
        )
        do = preview if dry_run else ingest_into
        came = do(session.store, asked, session.space, ledger)
    if isinstance(came, JobReport):
        end_with(session, came)
        return
    expected = came
    emit(session, asdict(expected), lambda: preview_lines(expected))


def _fields(given: Sequence[str]) -> dict[str, str]:
    fields = {}
    for one in given:
        role, mark, column = one.partition("=")
        if not (role and mark and column):
            raise typer.BadParameter(f"--field takes role=column, as text=body, not {one!r}")
        fields[role] = column
    return fields
