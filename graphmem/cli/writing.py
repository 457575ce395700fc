"""`graphmem add`: texts, files, folders and conversations into the memory."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem.cli.inputs import Input
    from graphmem_schemas import Receipt

__all__ = ["add", "receipt_lines", "total_of"]


def add(
    session: Session,
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, or - for text on stdin.", metavar="PATH..."),
    ] = None,
    text: Annotated[str | None, typer.Option(help="A text instead of paths.")] = None,
    source: Annotated[str | None, typer.Option(help="Name of the source.")] = None,
    at: Annotated[str | None, typer.Option(help="When it was said (ISO 8601).")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the document.")] = None,
) -> None:
    """Add texts, files, folders or conversations (JSON) to the memory."""
    from graphmem.cli.progress import watching

    inputs = _inputs(paths or [], text, source)
    if len(inputs) > 1 and (source is not None or title is not None):
        raise typer.BadParameter(f"--source and --title are for one source, not {len(inputs)}")
    receipts = []
    with session.memory(create=True) as memory, watching(session, "adding") as progress:
        for item in inputs:
            receipts.append(
                memory.add(item.content, source=item.source, at=at, title=title, progress=progress)
            )
    total = total_of(receipts)
    emit(session, total, lambda: receipt_lines(total))


def total_of(receipts: Iterable[Receipt]) -> Receipt:
    """Join receipts into one, in order, each uid once."""
    from graphmem_schemas import Receipt

    added: dict[str, dict[str, None]] = {}
    confirmed: dict[str, dict[str, None]] = {}
    total = Receipt(seq=0)
    for receipt in receipts:
        for target, source in ((added, receipt.added), (confirmed, receipt.confirmed)):
            for label, uids in source.items():
                target.setdefault(label, {}).update(dict.fromkeys(uids))
        total = Receipt(
            seq=max(total.seq, receipt.seq),
            sources=_once(total.sources, receipt.sources),
            superseded=_once(total.superseded, receipt.superseded),
            contradicted=_once(total.contradicted, receipt.contradicted),
            rejected=total.rejected + receipt.rejected,
            notes=_once(total.notes, receipt.notes),
        )
    return total.model_copy(
        update={
            "added": {label: tuple(uids) for label, uids in added.items()},
            "confirmed": {label: tuple(uids) for label, uids in confirmed.items()},
        }
    )


def receipt_lines(receipt: Receipt) -> list[str]:
    """Say what an add did, for a person."""
    if not receipt.changed:
        return ["nothing new: all of it was there already", *receipt.notes]
    added = ", ".join(f"{len(uids):,} {label}" for label, uids in sorted(receipt.added.items()))
    lines = [f"added {added or 'no nodes'}"]
    if receipt.superseded:
        lines.append(f"superseded {len(receipt.superseded)} facts")
    if receipt.contradicted:
        lines.append(f"{len(receipt.contradicted)} facts now stand contradicted")
    lines.extend(f"left out row {row.index}: {row.reason}" for row in receipt.rejected)
    return [*lines, *receipt.notes]


def _inputs(paths: Sequence[str], text: str | None, source: str | None) -> list[Input]:
    from graphmem.cli.inputs import Input, find_inputs

    if bool(paths) == (text is not None):
        raise typer.BadParameter("give paths or --text, one of the two")
    if text is not None:
        return [Input(source, text)]
    if list(paths) == ["-"]:
        return [Input(source, sys.stdin.read())]
    found = list(find_inputs([Path(path) for path in paths]))
    return [Input(source, found[0].content)] if source and len(found) == 1 else found


def _once(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
