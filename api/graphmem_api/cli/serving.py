"""`graphmem serve`: the memory over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.session import Session

__all__ = ["serve"]

_EXTRA = ("fastapi", "jwt", "mcp", "opentelemetry", "prometheus_client", "starlette", "uvicorn")


def serve(  # noqa: PLR0913  # settings, all by their names
    session: Session,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen on; any but loopback needs keys.  [default: 127.0.0.1]"
        ),
    ] = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free one.  [default: 8765]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.  [default: 1]")] = None,
    llm: Annotated[str | None, typer.Option(help="For answers: openai:<model>.")] = None,
    embedder: Annotated[
        str | None,
        typer.Option(help="minilm, sentence-transformers:<name> or openai:<model>."),
    ] = None,
    extractor: Annotated[str | None, typer.Option(help="spacy or spacy:<name>.")] = None,
    served: Annotated[
        bool | None,
        typer.Option("--served", help="Search with the indexes of Neo4j."),
    ] = None,
    keys: Annotated[
        str | None, typer.Option(help="File of the API keys.  [default: beside the store]")
    ] = None,
    jwt_issuer: Annotated[
        str | None, typer.Option(help="Whose tokens are taken besides keys: a URL.")
    ] = None,
    jwt_audience: Annotated[str | None, typer.Option(help="For whom these must be.")] = None,
    jwks_url: Annotated[
        str | None, typer.Option(help="Where its keys are.  [default: asks the issuer]")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Web page that may call from a browser; can be given again."),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            help="Address or network of a proxy, whose X-Forwarded-For is believed; can be given "
            "again."
        ),
    ] = None,
    json_logs: Annotated[
        bool | None, typer.Option("--json-logs", help="One JSON object a line on stderr.")
    ] = None,
    config: Annotated[
        str | None, typer.Option(help="File of settings.  [default: graphmem.toml, if any]")
    ] = None,
) -> None:
    """Serve the memory over HTTP: REST under /v1, MCP, the explorer.

    Without any key it listens on loopback only. `graphmem config` shows all settings.
    """
    from graphmem_api.cli.sources import held

    flags = {
        "store": session.store if session.store_from == "flag" else None,
        "host": host, "port": port, "workers": workers, "llm": llm, "embedder": embedder,
        "extractor": extractor, "served": served, "keys": keys, "jwt_issuer": jwt_issuer,
        "jwt_audience": jwt_audience, "jwks_url": jwks_url, "json_logs": json_logs,
        "origins": tuple(origin) if origin else None,
        "proxies": tuple(proxy) if proxy else None,
    }  # fmt: skip
    settings = held(flags, config).settings
    try:
        from graphmem_api.cli.server import run_server

        run_server(settings, session)
    except ModuleNotFoundError as error:
        from graphmem.errors import MissingExtra

        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise MissingExtra("serve", "graphmem serve") from error
