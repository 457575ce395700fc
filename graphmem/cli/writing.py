"""`graphmem add`: texts, files, folders and conversations into the memory."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.output import counted, emit
from graphmem.cli.session import Session
from graphmem.cli.values import moment

if TYPE_CHECKING:
    from graphmem.cli.inputs import Input, LeftOut
    from graphmem.memory import Memory
    from graphmem_schemas import Receipt

__all__ = ["add", "receipt_lines", "total_of"]


def add(  # noqa: PLR0913  # options, all by their names
    session: Session,
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, or - for text on stdin.", metavar="PATH..."),
    ] = None,
    text: Annotated[str | None, typer.Option(help="A text instead of paths.")] = None,
    source: Annotated[str | None, typer.Option(help="Name of the source.")] = None,
    at: Annotated[
        str | None, typer.Option(callback=moment, help="When it was said (ISO 8601).")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the document.")] = None,
    trust: Annotated[
        float | None, typer.Option(min=0, max=1, help="How far the source is trusted, 0 to 1.")
    ] = None,
) -> None:
    """Add texts, files, folders or conversations (JSON) to the memory."""
    inputs = _inputs(paths or [], text, source)
    if len(inputs) > 1 and (source is not None or title is not None):
        raise typer.BadParameter(f"--source and --title are for one source, not {len(inputs)}")
    with session.memory(create=True) as memory:
        about = {"at": at, "title": title, "trust": trust}
        receipts, left_out = _add_each(session, memory, inputs, about)
    total = total_of(receipts)
    rows = [{"name": one.name, "reason": one.reason} for one in left_out]
    payload = {**total.model_dump(mode="json"), "left_out": rows}
    lines = [f"left out {one.name}: {one.reason}" for one in left_out]
    emit(session, payload, lambda: [*receipt_lines(total), *lines])
    if left_out:
        session.say(f"graphmem: {counted(len(left_out), 'file')} of {len(inputs)} left out")
        raise typer.Exit(1)


def _add_each(
    session: Session, memory: Memory, inputs: Sequence[Input], about: Mapping[str, Any]
) -> tuple[list[Receipt], list[LeftOut]]:
    """Add all that can be; one odd file keeps no other from being added.

    Raises:
        InvalidInput: None of them can be added.
        NotFound: It is gone.
    """
    from graphmem.cli.inputs import LeftOut
    from graphmem.cli.progress import watching_each
    from graphmem.errors import DimensionMismatch, InvalidInput, NotFound

    receipts: list[Receipt] = []
    left_out: list[LeftOut] = []
    with watching_each(session, "adding", len(inputs)) as begin:
        for item in inputs:
            progress = begin(item.source or "text")
            try:
                receipt = memory.add(item.read(), source=item.source, progress=progress, **about)
            except DimensionMismatch:  # none of the others would fit either
                raise
            except (InvalidInput, NotFound) as error:
                if item.source is None:  # one text, without a name to be told
                    raise
                left_out.append(LeftOut.because(item.source, error))
                continue
            receipts.append(receipt)
    if not receipts:
        first = left_out[0]
        more = f" (and none of {len(inputs) - 1} others can be added)" if len(inputs) > 1 else ""
        raise InvalidInput(f"{first.name}: {first.reason}{more}")
    return receipts, left_out


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
        lines.append(f"superseded {counted(len(receipt.superseded), 'fact')}")
    if receipt.contradicted:
        lines.append(f"now contradicted: {counted(len(receipt.contradicted), 'fact')}")
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
    return [replace(found[0], source=source)] if source and len(found) == 1 else found


def _once(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
