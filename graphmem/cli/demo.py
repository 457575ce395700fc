"""`graphmem demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.session import Session

__all__ = ["demo"]


def demo(
    session: Session,
    text: Annotated[
        list[str] | None,
        typer.Option(help="A file or folder of your own to add; may be given again."),
    ] = None,
    out: Annotated[
        str, typer.Option(help="Folder for the memory and the picture.")
    ] = "demo-output",
) -> None:
    """Watch real text become a graph, and questions become cited contexts."""
