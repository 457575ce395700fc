"""`graphmem bench serve` and `bench soak`: a server under load, and for long."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graphmem.cli.session import Session

__all__ = ["serve", "soak"]


def serve(
    session: Session,
    passages: Annotated[int, typer.Option(min=64, help="Of the memory.")] = 5_000,
    searchers: Annotated[int, typer.Option(min=1, help="Clients that search.")] = 64,
    adders: Annotated[int, typer.Option(min=1, help="Clients that add.")] = 4,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the server.")] = 2,
    seconds: Annotated[float, typer.Option(min=1, help="Of each measure.")] = 10.0,
) -> None:
    """Measure a server under load beside one client, and beside the SDK."""
    from graphmem_api.bench.load import Load, run_load

    report = run_load(Load(passages, searchers, adders, workers, seconds), session.say)
    text = report.to_json() if session.as_json else "\n".join(report.lines())
    sys.stdout.write(text + "\n")


def soak(
    session: Session,
    minutes: Annotated[float, typer.Option(min=0.1, help="Of traffic.")] = 60.0,
    searches: Annotated[float, typer.Option(min=0.1, help="A second.")] = 4.0,
    adds: Annotated[float, typer.Option(min=0.1, help="A second, and as many deletes.")] = 1.0,
    passages: Annotated[int, typer.Option(min=64, help="Of the memory.")] = 2_000,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the server.")] = 2,
) -> None:
    """Keep a server at steady traffic; tell what it holds early and late."""
    from graphmem_api.bench.soak import Soak, run_soak
    from graphmem_api.bench.traffic import Pace

    report = run_soak(Soak(minutes, passages, workers, Pace(searches, adds)), session.say)
    text = report.to_json() if session.as_json else "\n".join(report.lines())
    sys.stdout.write(text + "\n")
