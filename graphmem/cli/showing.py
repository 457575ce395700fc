"""`graphmem show`: the memory as a picture."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session
from graphmem.errors import InvalidInput

if TYPE_CHECKING:
    from graphmem_schemas import Edge, Node

__all__ = ["Layer", "show"]

_MAX_NODES = 40


class Layer(StrEnum):
    """What a diagram can be of."""

    EVIDENCE = "evidence"
    EVENTS = "events"
    FACTS = "facts"
    LESSONS = "lessons"
    HYPEREDGES = "hyperedges"
    RUNS = "runs"


def show(
    session: Session,
    out: Annotated[Path, typer.Argument(help="File to write: .svg, or .html for a page.")],
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
    """Draw the memory: all of it as a picture, or a layer or one node's surroundings as boxes."""
    if out.suffix not in (".svg", ".html"):
        raise typer.BadParameter(f"cannot draw {out.name!r}: the file must end in .svg or .html")
    diagram = bool(layer or around)
    if diagram and out.suffix != ".svg":
        raise typer.BadParameter(f"a diagram is an .svg file, not {out.name!r}")
    session.require_store()
    nodes, edges, center = _whole(session, around)
    drawn = _diagram(nodes, edges, layer or [], center, most) if diagram else None
    out.write_text(drawn or _picture(nodes, edges, out, session.space), encoding="utf-8")
    emit(session, {"file": str(out), "nodes": len(nodes)}, lambda: [f"wrote {out}"])


def _whole(
    session: Session, around: str | None
) -> tuple[list[Node], list[Edge], tuple[str, str] | None]:
    """Return all that the space holds, and the uid and the name of what stands in the middle."""
    from graphmem.interop.whole import graph_of
    from graphmem.reading.lookup import find_exactly
    from graphmem.stores.registry import open_store
    from graphmem.writing.accept import check_space

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


def _picture(nodes: list[Node], edges: list[Edge], out: Path, space: str) -> str:
    from graphmem.interop.picture.page import picture_html, picture_svg
    from graphmem.interop.picture.select import Limits

    if out.suffix == ".svg":
        return picture_svg(nodes, edges, Limits())
    return picture_html(nodes, edges, f"What {space} remembers")
