"""Progress bars on stderr for long work; silent for machines and pipes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from graphmem.cli.escaped import escaped
from graphmem.cli.session import Session
from graphmem.ports import Progress

__all__ = ["watching", "watching_each"]

MAX_NAME = 40


@contextmanager
def watching(session: Session, what: str) -> Iterator[Progress]:
    """Show a bar while a `with` block works; what it gives is handed to the work.

    Args:
        session: under `--json`, and where stderr is no terminal, nothing is shown.
        what: named before the bar until the work names its stage.
    """
    with watching_each(session, what, 1) as begin:
        yield begin(what)


@contextmanager
def watching_each(
    session: Session, what: str, n_pieces: int
) -> Iterator[Callable[[str], Progress]]:
    """Show one bar for several pieces of work, with how many of them are done.

    What it gives is called with the name of each piece before its work begins, and returns what
    is handed to that work. A single piece has the bar to itself, and counts its own steps.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = session.console
    columns = (
        TextColumn("{task.description}", markup=False),  # names may be anybody's
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    shown = console.is_terminal and not session.as_json
    with Bars(*columns, console=console, disable=not shown, transient=True) as bars:
        task = bars.add_task(what, total=None)

        n_begun = 0

        def begin(name: str) -> Progress:
            nonlocal n_begun
            n_done, n_begun = n_begun, n_begun + 1
            title = what if n_pieces == 1 else f"{what} {_short(escaped(name))}"

            def hear(stage: str, done: int, total: int) -> None:
                label = f"{title}: {stage}" if stage else title
                if n_pieces > 1:
                    done, total = n_done, n_pieces
                bars.update(task, description=label, completed=done, total=total)

            hear("", 0, n_pieces)
            return hear

        yield begin


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"…{name[1 - MAX_NAME :]}"
