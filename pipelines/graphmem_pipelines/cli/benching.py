"""`graphmem bench batch`: jobs by their floors."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graphmem.cli.session import Session

__all__ = ["batch"]


def batch(
    session: Session,
    items: Annotated[int, typer.Option(min=200, help="Passages of each job.")] = 1_500,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each kind of job.")] = 3,
    long: Annotated[int, typer.Option(min=100, help="Items of the long job.")] = 10_000,
) -> None:
    """Measure batch jobs beside embedding alone, an ideal LLM, and each other."""
    from graphmem_pipelines.bench.batch import run_batch

    report = run_batch(session.say, n_items=items, n_rounds=rounds, long=long)
    text = report.to_json() if session.as_json else "\n".join(report.lines())
    sys.stdout.write(text + "\n")
