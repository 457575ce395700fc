"""`graphmem bench quality | speed | server`: what this build is worth on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graphmem.cli.session import Session

__all__ = ["quality", "server", "speed"]


def quality(
    session: Session,
    folder: Annotated[str, typer.Argument(help="A data set: corpus and queries.", metavar="DIR")],
    extraction: Annotated[
        str, typer.Option(help="`spacy`, or a file of given extractions.", metavar="FILE|spacy")
    ] = "spacy",
    systems: Annotated[
        str, typer.Option(help="Which to compare, comma separated.")
    ] = "bm25,dense,flat,graphmem",
    k: Annotated[str, typer.Option("-k", "--k", help="Cut-offs, comma separated.")] = "5,10,20",
) -> None:
    """Compare graphmem with flat retrieval on a data set."""
    cut_offs = _numbers(k)
    from graphmem.bench.quality import run_quality

    report = run_quality(
        Path(folder),
        extraction=extraction,
        systems=tuple(name.strip() for name in systems.split(",")),
        ks=cut_offs,
        report=_say,
    )
    sys.stdout.write((report.to_json() if session.as_json else report.table()) + "\n")


def speed(
    session: Session,
    nodes: Annotated[int | None, typer.Option(min=100, help="Nodes of the walked graph.")] = None,
    edges: Annotated[int | None, typer.Option(min=100, help="Edges of the walked graph.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out what takes minutes: a million passages.")
    ] = False,
) -> None:
    """Measure the ratios that speed claims rest on, in one run."""
    from graphmem.bench.speed import run_speed

    report = run_speed(nodes, edges, _say, quick=quick)
    sys.stdout.write((report.to_json() if session.as_json else report.table()) + "\n")


def server(
    session: Session,
    target: Annotated[str, typer.Argument(help="The server: neo4j://…", metavar="URL")],
    passages: Annotated[int, typer.Option(min=4_000, help="Passages that are loaded.")] = 100_000,
    nodes: Annotated[int, typer.Option(min=1_000, help="Nodes of the walked graph.")] = 100_000,
) -> None:
    """Measure a Neo4j next to a bare driver loop and to a file; its spaces are removed again."""
    from graphmem.bench.server import run_server

    report = run_server(target, _say, n_loaded=passages, n_nodes=nodes)
    sys.stdout.write((report.to_json() if session.as_json else report.table()) + "\n")


def _numbers(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError as error:
        raise typer.BadParameter(f"--k takes numbers such as 5,10,20, not {text!r}") from error
    if numbers[0] < 1:
        raise typer.BadParameter(f"--k takes numbers from 1, not {numbers[0]}")
    return numbers


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
