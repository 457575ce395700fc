"""`graphmem show`: a recall or the memory as a picture."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session
from graphmem.cli.values import moment
from graphmem.errors import InvalidInput

if TYPE_CHECKING:
    from graphmem_schemas import Edge, Node

__all__ = ["Layer", "show"]

_MAX_NODES = 40
_SUFFIXES = (".html", ".svg", ".png")


class Layer(StrEnum):
    """What a diagram can be of."""

    EVIDENCE = "evidence"
    EVENTS = "events"
    FACTS = "facts"
    LESSONS = "lessons"
    HYPEREDGES = "hyperedges"
    RUNS = "runs"


def show(  # noqa: PLR0913  # options, all by their names
    session: Session,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .html (a page), .svg or .png.")
    ],
    question: Annotated[
        str | None,
        typer.Argument(
            help="Draw what the memory recalls for it, and why; all of it unless said."
        ),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(min=1, help="Of a recall: tokens of its text. [default: 1500]")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(callback=moment, help="Of a recall: with what held then (ISO 8601)."),
    ] = None,
    layer: Annotated[
        list[Layer] | None, typer.Option(help="Draw a diagram of this layer; repeatable.")
    ] = None,
    around: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Draw what stands around an entity, or a node by its uid."
        ),
    ] = None,
    most: Annotated[
        int, typer.Option("--max", min=1, max=_MAX_NODES, help="Nodes in a diagram.")
    ] = 16,
) -> None:
    """Draw a recall with its reasons; or the memory, a layer of it, or a node's surroundings."""
    kind = out.suffix.lower()
    if kind not in _SUFFIXES:
        raise typer.BadParameter(
            f"cannot draw {out.name!r}: the file must end in {' or '.join(_SUFFIXES)}"
        )
    diagram = bool(layer or around)
    if question is not None and diagram:
        raise typer.BadParameter("a recall has no --layer and no --around: leave out the question")
    if question is None and (budget or as_of):
        raise typer.BadParameter("--budget and --as-of are of a recall: name a question")
    if diagram and kind == ".html":
        raise typer.BadParameter(f"a diagram is an .svg or .png file, not {out.name!r}")
    session.require_store()
    if question is not None:
        drawn, counts = _recall(session, question, kind, budget or 1500, as_of)
    else:
        drawn, counts = _memory(session, kind, layer or [], around, most)
    _write(out, drawn)
    why = counts.get("abstained")
    said = [f"wrote {out}", *([f"it shows why there is no answer: {why}"] if why else [])]
    emit(session, {"file": str(out), **counts}, lambda: said)


def _recall(
    session: Session, question: str, kind: str, budget: int, as_of: str | None
) -> tuple[str, dict[str, Any]]:
    """Draw a recall; say also how much it cites."""
    from graphmem.interop.picture.recall.figure import recall_svg
    from graphmem.interop.picture.recall.page import recall_html

    with session.memory() as memory:
        context = memory.context(question, budget=budget, as_of=as_of)
    drawn = recall_html(context) if kind == ".html" else recall_svg(context)
    return drawn, {"citations": len(context.citations), "abstained": context.abstained}


def _memory(
    session: Session, kind: str, layers: list[Layer], around: str | None, most: int
) -> tuple[str, dict[str, Any]]:
    """Draw the memory, or a diagram of some of it; say also how many nodes there are."""
    nodes, edges, center = _whole(session, around)
    if layers or center:
        drawn = _diagram(nodes, edges, layers, center, most)
    else:
        drawn = _picture(nodes, edges, kind, session.space)
    return drawn, {"nodes": len(nodes)}


def _write(out: Path, drawn: str) -> None:
    """Write a picture as its name says.

    Raises:
        MissingExtra: It is to be pixels, and nothing that is installed draws them.
    """
    if out.suffix.lower() == ".png":
        from graphmem.interop.picture.raster import png_of

        out.write_bytes(png_of(drawn))
    else:
        out.write_text(drawn, encoding="utf-8")


def _whole(
    session: Session, around: str | None
) -> tuple[list[Node], list[Edge], tuple[str, str] | None]:
    """Return all that the space holds, and the uid and the name of what stands in the middle."""
    from graphmem.interop.whole import graph_of
    from graphmem.reading.lookup import find_exactly
    from graphmem.stores.registry import open_store
    from graphmem.writing.checks import check_space

    space = check_space(session.space)
    with closing(open_store(session.store)) as store:
        center = (find_exactly(store, space, around), around) if around else None
        return *graph_of(store, space), center


def _diagram(
    nodes: list[Node],
    edges: list[Edge],
    layers: list[Layer],
    center: tuple[str, str] | None,
    most: int,
) -> str:
    from graphmem.interop.picture.diagram import diagram_svg
    from graphmem.interop.picture.pick import LAYERS, pick

    labels = {label for layer in layers for label in LAYERS[layer]}
    graph = pick(nodes, edges, labels, most, center[0] if center else None)
    if not graph.nodes:
        raise InvalidInput(f"the space holds nothing of {' and '.join(layers)} to draw yet")
    title = f"What stands around {center[1]}" if center else ", ".join(layers)
    return diagram_svg(graph, title)


def _picture(nodes: list[Node], edges: list[Edge], kind: str, space: str) -> str:
    from graphmem.interop.picture.page import picture_html, picture_svg
    from graphmem.interop.picture.select import Limits

    if kind == ".html":
        return picture_html(nodes, edges, f"What {space} remembers")
    return picture_svg(nodes, edges, Limits())
