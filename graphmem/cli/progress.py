"""Progress bars on stderr for long work; silent for machines and pipes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graphmem.cli.session import Session
from graphmem.ports import Progress

__all__ = ["watching"]


@contextmanager
def watching(session: Session, what: str) -> Iterator[Progress]:
    """Show a bar while a `with` block works; what it gives is handed to the work.

    Args:
        session: under `--json`, and where stderr is no terminal, nothing is shown.
        what: named before the bar until the work names its stage.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = session.console
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    shown = console.is_terminal and not session.as_json
    with Bars(*columns, console=console, disable=not shown, transient=True) as bars:
        task = bars.add_task(what, total=None)

        def hear(stage: str, done: int, total: int) -> None:
            label = f"{what}: {stage}" if stage else what
            bars.update(task, description=label, completed=done, total=total)

        yield hear
