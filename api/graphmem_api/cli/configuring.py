"""`graphmem config`: what a server would be set to, and who said so."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session

__all__ = ["ConfigOption", "config"]

ConfigOption = Annotated[
    str | None,
    typer.Option("--config", help="File of settings.  [default: graphmem.toml, if any]"),
]


def config(session: Session, config: ConfigOption = None) -> None:
    """Show all settings, and where each is from: a flag, the environment, a file, or a default.

    Flags of `serve` win over the environment (GRAPHMEM_PORT, GRAPHMEM_LIMITS_K), that over the
    file, and that over what is the default. The logins of URLs are not shown.
    """
    from graphmem_api.cli.sources import held

    store = session.store if session.store_from == "flag" else None
    rows = list(held({"store": store}, config).rows())
    width = max(len(name) for name, _, _ in rows)
    emit(
        session,
        {name: {"value": value, "from": origin} for name, value, origin in rows},
        lambda: [f"{name:<{width}}  {_shown(value)}  ({origin})" for name, value, origin in rows],
    )


def _shown(value: object) -> str:
    if value is None or value == ():
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
