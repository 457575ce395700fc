"""`graphmem feedback`: what of an answer was of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphmem_schemas import Receipt

__all__ = ["feedback"]

# What was asked for may be far down; of the first ones all are among these.
_N_SHOWN = 100


def feedback(
    session: Session,
    question: Annotated[str, typer.Argument(help="As it was asked.")],
    used: Annotated[list[str], typer.Argument(help="What is judged, as --json gives uids.")],
    outcome: Annotated[
        str, typer.Option(help="success, failure, or how well it went, 0 to 1.")
    ] = "success",
) -> None:
    """Say which hits were of use, or of none.

    Questions like this one find them sooner then, or later. Each call counts; what it prints
    takes it back.
    """
    with session.memory() as memory:
        # What another process showed is known to that alone: the question is asked again here.
        recall = memory.search(question, k=_N_SHOWN)
        receipt = memory.feedback(recall.id, used, _measured(outcome))
    emit(session, receipt, lambda: _lines(receipt))


def _measured(outcome: str) -> str | float:
    """Return a number where it is one; words are the memory's to check."""
    try:
        return float(outcome)
    except ValueError:
        return outcome


def _lines(receipt: Receipt) -> Iterator[str]:
    for uid in receipt.added.get("Query", ()):
        yield f"kept as {uid}; `graphmem delete {uid}` takes it back"
    if not receipt.seq:
        yield "nothing new"
