"""`graphmem mcp`: the memory as tools of a host that starts it, over stdin and stdout."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.session import Session

__all__ = ["mcp"]


def mcp(
    session: Session,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Without the tools that add and delete.")
    ] = False,
    config: Annotated[
        str | None, typer.Option(help="File of settings.  [default: graphmem.toml, if any]")
    ] = None,
) -> None:
    """Serve one space to a host of models (MCP) over stdin and stdout.

    A host starts it itself; docs/mcp.md has the lines for the well-known ones.
    """
    from graphmem_api.cli.sources import held

    store = session.store if session.store_from == "flag" else None
    settings = held({"store": store}, config).settings
    try:
        from graphmem_api.mcp.stdio import run_stdio
    except ModuleNotFoundError as error:
        from graphmem.errors import MissingExtra

        if error.name not in ("mcp", "mcp_types"):
            raise
        raise MissingExtra("mcp", "graphmem mcp") from error
    run_stdio(settings, session.space, read_only=read_only)
