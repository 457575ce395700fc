"""`graphmem delete`: the one command that removes anything; it leaves a receipt."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import counted, counts_table, emit
from graphmem.cli.session import Session
from graphmem_pipelines.cli.opening import LedgerFile, opened_store

if TYPE_CHECKING:
    from graphmem_schemas import DeleteReceipt

__all__ = ["delete"]

_STAYS = (
    "the passages with the name stay, word for word, and are found: `graphmem delete --source "
    "NAME` removes those of a source, `graphmem delete UID` one"
)


def delete(  # noqa: PLR0913  # options, all by their names
    session: Session,
    uid: Annotated[str | None, typer.Argument(help="One node.")] = None,
    source: Annotated[str | None, typer.Option(help="A source and all that rests on it.")] = None,
    entity: Annotated[
        str | None, typer.Option(help="A name or uid: who has it, and the facts about them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole space.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --all.")] = False,
    ledger: LedgerFile = None,
) -> None:
    """Delete a node, a source, an entity, or the whole space, with what rests on it alone."""
    if sum((uid is not None, source is not None, entity is not None, everything)) != 1:
        raise typer.BadParameter("name one of UID, --source, --entity and --all")
    if everything and not yes:
        typer.confirm(f"Delete all of space {session.space!r}?", abort=True, err=True)
    from graphmem.memory import Memory
    from graphmem_pipelines.jobs.deleting import delete as deleted
    from graphmem_pipelines.ledger.where import ledger_path

    given = {"uid": uid, "source": source, "entity": entity}
    named = {what: name for what, name in given.items() if name is not None}
    with (
        opened_store(session) as store,
        closing(Memory(store, space=session.space)) as memory,
    ):
        receipt = deleted(
            store, memory, ledger_path(store, ledger), **named or {"space": session.space}
        )
    emit(session, receipt, lambda: _lines(receipt))


def _lines(receipt: DeleteReceipt) -> list[str]:
    """Say what went, and what of a deleted entity did not."""
    if not receipt.nodes:
        return list(receipt.notes)
    stay = counted(receipt.recounted, "node stays with less", "nodes stay with less")
    return [
        *counts_table(receipt.nodes, "nodes removed"),
        *counts_table(receipt.edges, "edges removed"),
        *([stay] if receipt.recounted else []),
        *([f"cleared: {', '.join(receipt.places)}"] if receipt.places else []),
        *([_STAYS] if receipt.edges.get("MENTIONS") and not receipt.nodes.get("Passage") else []),
    ]
