"""`graphmem ingest`: files and folders into the memory, as a job that survives."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from graphmem.cli.session import Session
from graphmem.cli.values import moment
from graphmem_pipelines.cli.telling import end_with, told

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
    ledger: Annotated[
        str | None,
        typer.Option(
            "--ledger", envvar="GRAPHMEM_LEDGER", help="File of the ledger.", metavar="FILE"
        ),
    ] = None,
) -> None:
    """Ingest files, folders and exports as a job: the same command goes on where it stopped."""
    from graphmem.writing.accept import check_moment
    from graphmem_pipelines.engines.base import Recipe
    from graphmem_pipelines.engines.registry import EngineChoice
    from graphmem_pipelines.ingestion import ingest_into
    from graphmem_pipelines.jobs.ingest import Ingest
    from graphmem_pipelines.readers.content import ReaderOptions

    options = ReaderOptions(
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        fields=_fields(field or ()),
        format=format_,
        hidden=hidden,
    )
    with told(session, "ingesting") as hear:
        asked = Ingest(
            tuple(paths),
            Recipe(options=options, at=check_moment(at), trust=trust),
            EngineChoice(engine.value, workers, address),
            hear,
            sys.stdin,
        )
        report = ingest_into(session.store, asked, session.space, ledger)
    end_with(session, report)


def _fields(given: Sequence[str]) -> dict[str, str]:
    fields = {}
    for one in given:
        role, mark, column = one.partition("=")
        if not (role and mark and column):
            raise typer.BadParameter(f"--field takes role=column, as text=body, not {one!r}")
        fields[role] = column
    return fields
