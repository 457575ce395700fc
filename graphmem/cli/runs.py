"""`graphmem run add | run similar | insights | prescribe | prescriptions`: what runs teach."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.output import emit, hit_lines, wrapped
from graphmem.cli.session import Session
from graphmem.cli.where import tell_where
from graphmem.cli.writing import receipt_lines, total_of

if TYPE_CHECKING:
    from graphmem.memory import Memory
    from graphmem_schemas import Recall, Receipt

__all__ = ["add", "insights", "prescribe", "prescriptions", "similar"]

Task = Annotated[str, typer.Argument(help="What is to be done, in plain words.")]
Rows = Annotated[
    str, typer.Argument(help="JSON, a list of it, or JSON Lines; - for stdin.", metavar="FILE")
]
HowMany = Annotated[int, typer.Option("-k", "--k", min=1, max=1000, help="How many.")]
Why = Annotated[bool, typer.Option("--why", help="Show score parts and paths.")]
_RUN = ("task", "steps", "outcome", "agents", "score", "source", "at")


def add(session: Session, file: Rows) -> None:
    """Add runs of agents: {"task", "steps": [{"action", "observation"}], "outcome"}."""
    runs = [_fields(row, at) for at, row in enumerate(_rows(file))]

    def each(memory: Memory) -> list[Receipt]:
        return [memory.add_run(**run) for run in runs]

    _write(session, each)


def prescribe(
    session: Session,
    file: Rows,
    source: Annotated[str | None, typer.Option(help="Name of the source.")] = None,
) -> None:
    """Add lessons: {"when", "text", "when_not"?, "steps"?}."""
    rows = list(_rows(file))
    _write(session, lambda memory: [memory.add_prescriptions(rows, source=source)])


def similar(session: Session, task: Task, k: HowMany = 5, why: Why = False) -> None:
    """Find runs of tasks like this one, and how they ended."""
    _ask(session, lambda memory: memory.similar(task, k=k), why=why)


def insights(session: Session, task: Task, k: HowMany = 3, why: Why = False) -> None:
    """Say what runs have taught that helps with a task."""
    _ask(session, lambda memory: memory.insights(task, k=k), why=why)


def prescriptions(session: Session, task: Task, k: HowMany = 5, why: Why = False) -> None:
    """Find how-to knowledge that fits a task."""
    _ask(session, lambda memory: memory.prescriptions(task, k=k), why=why)


def _ask(session: Session, find: Callable[[Memory], Recall], *, why: bool) -> None:
    with session.memory() as memory:
        recall = find(memory)
    emit(session, recall, lambda: _lines(recall, why=why))
    if not recall.hits:
        tell_where(session)


def _write(session: Session, write: Callable[[Memory], list[Receipt]]) -> None:
    with session.memory(create=True) as memory:
        total = total_of(write(memory))
    emit(session, total, lambda: receipt_lines(total))


def _lines(recall: Recall, *, why: bool) -> Iterable[str]:
    if recall.abstained:
        yield f"nothing: {recall.abstained}"
    for number, hit in enumerate(recall.hits, 1):
        first, *rest = hit_lines(number, hit, why=why)
        yield first
        if hit.title:
            yield from wrapped(f"({hit.title})")
        yield from rest


def _rows(file: str) -> Iterator[Any]:
    """Yield the JSON values of a file, or of stdin.

    Raises:
        NotFound: There is no such file.
        InvalidInput: A line is no JSON.
    """
    from graphmem.errors import InvalidInput, NotFound

    if file != "-" and not Path(file).is_file():
        raise NotFound(f"there is no file {file!r}")
    text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    try:
        whole = json.loads(text)
    except ValueError:
        pass
    else:
        yield from whole if isinstance(whole, list) else [whole]
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise InvalidInput(f"{file}, line {number} is no JSON: {error}") from error


def _fields(row: Any, at: int) -> dict[str, Any]:
    from graphmem.errors import InvalidInput

    if not isinstance(row, dict) or not {"task", "steps", "outcome"} <= row.keys():
        raise InvalidInput(f"run {at} needs an object with task, steps and outcome")
    unknown = sorted(row.keys() - set(_RUN))
    if unknown:
        raise InvalidInput(f"run {at} has {unknown[0]!r}: known are {', '.join(_RUN)}")
    return row
