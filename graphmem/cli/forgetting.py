"""`graphmem retire | merge | undo`: taking back, and saying who is one with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session
from graphmem.cli.values import moment

if TYPE_CHECKING:
    from graphmem_schemas import Receipt

__all__ = ["merge", "retire", "undo"]


def retire(
    session: Session,
    uid: Annotated[str, typer.Argument(help="A fact.")],
    at: Annotated[
        str | None,
        typer.Option(
            callback=moment, help="Since when it does not hold (ISO 8601). [default: now]"
        ),
    ] = None,
) -> None:
    """Close a fact without removing it; what is said later opens it anew."""
    with session.memory() as memory:
        receipt = memory.retire(uid, at)
    _emit(session, receipt, f"retired {uid}", "it was retired before")


def merge(
    session: Session,
    entity: Annotated[str, typer.Argument(help="A name, or a uid.")],
    into: Annotated[str, typer.Argument(help="The entity that it is read as.")],
) -> None:
    """Say that two entities are one; nothing is moved, and `undo` takes it back."""
    with session.memory() as memory:
        receipt = memory.merge(entity, into)
    _emit(session, receipt, f"{entity} is read as {into}", "they were merged before")


def undo(
    session: Session,
    entity: Annotated[str, typer.Argument(help="A name, or a uid.")],
    other: Annotated[str, typer.Argument(help="The entity that it was merged with.")],
) -> None:
    """Undo a merge: both entities are again what they were."""
    with session.memory() as memory:
        receipt = memory.undo(entity, other)
    _emit(session, receipt, f"{entity} and {other} are two", "they were two before")


def _emit(session: Session, receipt: Receipt, done: str, before: str) -> None:
    emit(session, receipt, lambda: [done if receipt.changed else f"nothing changed: {before}"])
