"""`graphmem bench serve`: a server under load."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graphmem.cli.session import Session

__all__ = ["serve"]


def serve(
    session: Session,
    passages: Annotated[int, typer.Option(min=64, help="Of the memory.")] = 5_000,
    searchers: Annotated[int, typer.Option(min=1, help="Clients that search.")] = 64,
    adders: Annotated[int, typer.Option(min=1, help="Clients that add.")] = 4,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the server.")] = 2,
    seconds: Annotated[float, typer.Option(min=1, help="Of each measure.")] = 20.0,
) -> None:
    """Measure a server under load beside one client, and beside the SDK."""
    from graphmem_api.bench.load import Load, run_load

    report = run_load(Load(passages, searchers, adders, workers, seconds), session.say)
    text = report.to_json() if session.as_json else "\n".join(report.lines())
    sys.stdout.write(text + "\n")
