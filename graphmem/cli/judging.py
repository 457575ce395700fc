"""`graphmem feedback`: what of an answer was of use."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session
from graphmem.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

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
    how_well = _measured(outcome)
    with session.memory() as memory:
        # What another process showed is known to that alone: the question is asked again here.
        recall = memory.search(question, k=_N_SHOWN)
        _require_hits(used, {hit.uid for hit in recall.hits}, question)
        receipt = memory.feedback(recall.id, used, how_well)
    emit(session, receipt, lambda: _lines(receipt))


def _measured(outcome: str) -> str | float:
    """Return how it ended as the memory takes it.

    Raises:
        BadParameter: It is no outcome.
    """
    from graphmem.writing.runs import accept_outcome

    measured: str | float = outcome
    with suppress(ValueError):
        measured = float(outcome)
    try:
        accept_outcome(measured)
    except InvalidInput as error:
        raise typer.BadParameter(str(error), param_hint="'--outcome'") from error
    return measured


def _require_hits(used: Sequence[str], shown: Collection[str], question: str) -> None:
    """Check that all that is judged was found.

    Raises:
        InvalidInput: Something was not.
    """
    for uid in used:
        if uid not in shown:
            raise InvalidInput(
                f"{uid!r:.60} was not shown: it is none of the {_N_SHOWN} first hits of this "
                f"question, whose uids `graphmem search {shlex.quote(question)} --json` gives"
            )


def _lines(receipt: Receipt) -> Iterator[str]:
    for uid in receipt.added.get("Query", ()):
        yield f"kept as {uid}; `graphmem delete {uid}` takes it back"
    if not receipt.seq:
        yield "nothing new"
