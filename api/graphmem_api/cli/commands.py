"""Hangs the commands of the service into the command line."""

from __future__ import annotations

import typer

from graphmem.cli.session import with_session
from graphmem_api.cli import benching, configuring, keeping, keys, mcp, serving

__all__ = ["add_to"]


def add_to(app: typer.Typer, bench: typer.Typer) -> None:
    """Add `serve`, `mcp`, `config`, `backup`, `restore`, the group `keys`, and two benches."""
    app.command("serve")(with_session(serving.serve, leave_out=("space",)))
    app.command("mcp")(with_session(mcp.mcp))
    for whole, name in (
        (configuring.config, "config"),
        (keeping.backup, "backup"),
        (keeping.restore, "restore"),
    ):
        app.command(name)(with_session(whole, leave_out=("space",)))
    for measure, name in ((benching.serve, "serve"), (benching.soak, "soak")):
        bench.command(name)(with_session(measure, leave_out=("store", "space")))
    group = typer.Typer(
        help="Keys of who may call a server.", no_args_is_help=True, rich_markup_mode=None
    )
    for command, name in ((keys.create, "create"), (keys.list_, "list"), (keys.revoke, "revoke")):
        group.command(name)(with_session(command, leave_out=("space",)))
    app.add_typer(group, name="keys")
