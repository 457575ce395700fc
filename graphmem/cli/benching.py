"""`graphmem bench …`: what this build is worth, and what each of its parts adds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.session import Session
from graphmem.errors import InvalidInput

if TYPE_CHECKING:
    from graphmem.reading.ranker import Ranker

__all__ = ["ablate", "mixed", "quality", "scale", "server", "speed"]

_Folder = Annotated[
    str, typer.Argument(help="A data set, or a folder of data sets.", metavar="DIR")
]
_Names = Annotated[
    list[str] | None, typer.Argument(help="Some of them; all unless said.", metavar="[SET]...")
]
_Stores = Annotated[
    str | None,
    typer.Option(help="Where filled stores are kept for the next run.", metavar="FOLDER"),
]
_AtMost = Annotated[
    int | None, typer.Option(min=1, help="So many questions of a set, evenly spread.")
]
_Weights = Annotated[
    str | None, typer.Option(help="Other weights than those that ship.", metavar="FILE")
]


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
    stores: _Stores = None,
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
        stores=Path(stores) if stores else None,
    )
    sys.stdout.write((report.to_json() if session.as_json else report.table()) + "\n")


def ablate(  # noqa: PLR0913  # options of a command
    session: Session,
    folder: _Folder,
    sets: _Names = None,
    stores: _Stores = None,
    ranker: _Weights = None,
    at_most: _AtMost = None,
    markdown: Annotated[
        str | None, typer.Option(help="Write the tables there, too.", metavar="FILE")
    ] = None,
    picture: Annotated[
        str | None, typer.Option(help="Draw the main rows there, as SVG.", metavar="FILE")
    ] = None,
) -> None:
    """Leave out each part of the ranking in turn, and tell what is found without it."""
    from graphmem.bench.ablate import PICTURED, run_ablation, sets_of
    from graphmem.bench.chart import bars_svg, panels_of

    report = run_ablation(
        sets_of(Path(folder), sets or ()),
        stores=Path(stores) if stores else None,
        ranker=_ranker(ranker),
        at_most=at_most,
        report=_say,
    )
    if markdown:
        Path(markdown).write_text(report.table() + "\n", "utf-8")
    if picture:
        panels = panels_of(report.sets, PICTURED, report.ks[0])
        Path(picture).write_text(bars_svg(panels), "utf-8")
    sys.stdout.write((report.to_json() if session.as_json else report.table()) + "\n")


def mixed(
    session: Session,
    folder: _Folder,
    sets: _Names = None,
    stores: _Stores = None,
    ranker: _Weights = None,
    at_most: _AtMost = None,
) -> None:
    """Put data sets into one space, and tell what is found there and in spaces of their own."""
    from graphmem.bench.ablate import sets_of
    from graphmem.bench.mixed import run_mixed

    report = run_mixed(
        sets_of(Path(folder), sets or ()),
        stores=Path(stores) if stores else None,
        ranker=_ranker(ranker),
        at_most=at_most,
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


def scale(
    session: Session,
    passages: Annotated[
        int, typer.Option(min=10_000, help="Passages of the large memory.")
    ] = 1_000_000,
    stores: _Stores = None,
    walk: Annotated[
        bool, typer.Option(help="Compare the walk with igraph's PageRank, too.")
    ] = True,
) -> None:
    """Measure searching and adding in a large memory next to one of 10,000 passages."""
    from graphmem.bench.scale import run_scale

    report = run_scale(passages, _say, stores=Path(stores) if stores else None, walk=walk)
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


def _ranker(path: str | None) -> Ranker | None:
    if path is None:
        return None
    from graphmem.reading.ranker import Ranker

    try:
        return Ranker.from_json(json.loads(Path(path).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{path} holds no weights as scripts/fit_ranker.py writes them: {error!r}"
        ) from error


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
