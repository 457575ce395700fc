"""`graphmem recall`: events by who, when and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import emit, hit_lines
from graphmem.cli.session import Session
from graphmem.cli.values import Mode, moment
from graphmem.cli.where import tell_where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphmem_schemas import Recall

__all__ = ["recall"]


def recall(  # noqa: PLR0913 - three cues, and what is wanted of what fits
    session: Session,
    entity: Annotated[str | None, typer.Option(help="Who or what takes part.")] = None,
    time: Annotated[
        str | None, typer.Option(help='"2023-05", "May 2023", "last week", "2023-05/2023-07".')
    ] = None,
    place: Annotated[str | None, typer.Option(help="Where.")] = None,
    mode: Annotated[
        Mode, typer.Option(help="all (newest first), chronological, or latest.", metavar="MODE")
    ] = Mode.ALL,
    k: Annotated[int, typer.Option("-k", "--k", min=1, max=1000, help="How many events.")] = 50,
    as_of: Annotated[
        str | None, typer.Option(callback=moment, help="Nothing later than this (ISO 8601).")
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Show what each rests on.")] = False,
) -> None:
    """Recall events of somebody, of a time, of a place."""
    if entity is None and time is None and place is None:
        raise typer.BadParameter("name one at least of --entity, --time and --place")
    with session.memory() as memory:
        found = memory.recall(entity, time, place, mode=mode.value, k=k, as_of=as_of)
    emit(session, found, lambda: _lines(found, why=why))
    if not found.hits:
        tell_where(session)


def _lines(found: Recall, *, why: bool) -> Iterable[str]:
    if found.abstained:
        yield f"no answer: {found.abstained}"
    for number, hit in enumerate(found.hits, 1):
        lines = hit_lines(number, hit, why=why)
        yield from lines[:1]
        if hit.when:
            yield f"   {hit.when}"
        yield from lines[1:]
