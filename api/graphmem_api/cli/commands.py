"""Hangs the commands of the service into the command line."""

from __future__ import annotations

import typer

from graphmem.cli.session import with_session
from graphmem_api.cli import serving

__all__ = ["add_to"]


def add_to(app: typer.Typer, bench: typer.Typer) -> None:
    """Add `serve`."""
    app.command("serve")(with_session(serving.serve, leave_out=("space",)))
