"""`graphmem delete`: the only command that removes anything; it leaves a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import counts_table, emit
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem_schemas import DeleteReceipt

__all__ = ["delete"]


def delete(
    session: Session,
    uid: Annotated[str | None, typer.Argument(help="One node.")] = None,
    source: Annotated[str | None, typer.Option(help="A source and all that rests on it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole space.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --all.")] = False,
) -> None:
    """Delete a node, a source, or the whole space, with what rests on it alone."""
    if sum((uid is not None, source is not None, everything)) != 1:
        raise typer.BadParameter("name one of UID, --source and --all")
    if everything and not yes:
        typer.confirm(f"Delete all of space {session.space!r}?", abort=True, err=True)
    with session.memory() as memory:
        if everything:
            receipt = memory.delete(space=session.space)
        else:
            receipt = memory.delete(uid=uid, source=source)
    emit(session, receipt, lambda: _lines(receipt))


def _lines(receipt: DeleteReceipt) -> list[str]:
    return [
        *counts_table(receipt.nodes, "nodes removed"),
        *counts_table(receipt.edges, "edges removed"),
    ]
