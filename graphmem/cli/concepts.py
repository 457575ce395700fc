"""`graphmem concepts load | list | show`: topics that group facts and lessons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import counted, emit, node_payload, wrapped
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem_schemas import ConceptSummary, Node

__all__ = ["list_", "load", "show"]


def load(
    session: Session,
    path: Annotated[Path, typer.Argument(help="SKOS: .ttl, .n3, .nt, .rdf, .xml or .owl.")],
) -> None:
    """Load concepts with their names and what is broader from a SKOS file."""
    with session.memory(create=True) as memory:
        receipt = memory.load_concepts(path)
    n_new, n_known = (len(part.get("Concept", ())) for part in (receipt.added, receipt.confirmed))
    said = f"{counted(n_new, 'concept')} added, {n_known:,} were there"
    emit(session, receipt, lambda: [said if receipt.seq else "nothing new"])


def list_(session: Session) -> None:
    """List the concepts, with what is broader and how much is about each."""
    with session.memory() as memory:
        found = memory.concepts()
    payload = {"concepts": [one.model_dump(mode="json") for one in found]}
    emit(session, payload, lambda: _rows(found))


def show(
    session: Session,
    name: Annotated[str, typer.Argument(help="Its name, an alias or its uid.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1_000, help="How many facts.")] = 20,
) -> None:
    """Show a concept and what is about it or about narrower ones, newest first."""
    with session.memory() as memory:
        (concept,) = memory.concepts(name)
        nodes = memory.about(concept.uid, k=k)
    payload = {**concept.model_dump(mode="json"), "about": [node_payload(node) for node in nodes]}
    emit(session, payload, lambda: [*_rows([concept]), *_texts(nodes)])


def _rows(concepts: Sequence[ConceptSummary]) -> list[str]:
    lines = []
    for one in concepts:
        wider = f"  < {', '.join(one.broader)}" if one.broader else ""
        also = f"  (also {', '.join(one.aliases)})" if one.aliases else ""
        lines.append(f"{one.n_about:>6,}  {one.name}{wider}{also}")
    return lines or ["no concepts"]


def _texts(nodes: Sequence[Node]) -> list[str]:
    return [line for node in nodes for line in wrapped(str(getattr(node, "text", node.uid)))]
