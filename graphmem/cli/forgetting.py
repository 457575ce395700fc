"""`graphmem delete | retire | merge | undo`: taking back, and saying who is one with whom.

Only `delete` removes anything; it leaves a receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import counted, counts_table, emit
from graphmem.cli.session import Session
from graphmem.cli.values import moment

if TYPE_CHECKING:
    from graphmem_schemas import DeleteReceipt, Receipt

__all__ = ["delete", "merge", "retire", "undo"]

_STAYS = (
    "the passages with the name stay, word for word, and are found: `graphmem delete --source "
    "NAME` removes those of a source, `graphmem delete UID` one"
)


def delete(
    session: Session,
    uid: Annotated[str | None, typer.Argument(help="One node.")] = None,
    source: Annotated[str | None, typer.Option(help="A source and all that rests on it.")] = None,
    entity: Annotated[
        str | None, typer.Option(help="A name or uid: who has it, and the facts about them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole space.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --all.")] = False,
) -> None:
    """Delete a node, a source, an entity, or the whole space, with what rests on it alone."""
    if sum((uid is not None, source is not None, entity is not None, everything)) != 1:
        raise typer.BadParameter("name one of UID, --source, --entity and --all")
    if everything and not yes:
        typer.confirm(f"Delete all of space {session.space!r}?", abort=True, err=True)
    with session.memory() as memory:
        if everything:
            receipt = memory.delete(space=session.space)
        else:
            receipt = memory.delete(uid, source=source, entity=entity)
    emit(session, receipt, lambda: _lines(receipt))


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


def _lines(receipt: DeleteReceipt) -> list[str]:
    """Say what went, and what of a deleted entity did not."""
    stay = counted(receipt.recounted, "node stays with less", "nodes stay with less")
    return [
        *counts_table(receipt.nodes, "nodes removed"),
        *counts_table(receipt.edges, "edges removed"),
        *([stay] if receipt.recounted else []),
        *([f"cleared: {', '.join(receipt.places)}"] if receipt.places else []),
        *([_STAYS] if receipt.edges.get("MENTIONS") and not receipt.nodes.get("Passage") else []),
    ]
