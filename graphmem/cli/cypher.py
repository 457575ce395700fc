"""`graphmem cypher | queries | query`: the graph by Cypher, freely or by the catalogue."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.escaped import escaped
from graphmem.cli.output import emit, wrapped
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem.core.cypher import CypherResult
    from graphmem_queries.catalogue import Query

__all__ = ["cypher", "queries", "query"]

Param = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="May be given again."),
]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Rows at most.")]
Timeout = Annotated[float, typer.Option(max=600.0, help="Seconds at most.")]

_SHOWN = 80


def cypher(
    session: Session,
    statement: Annotated[str, typer.Argument(help="One statement that reads; - is stdin.")],
    param: Param = None,
    limit: Limit = 1000,
    timeout: Timeout = 10.0,
) -> None:
    """Run a Cypher statement that reads; $space is filled in.

    A value of --param is JSON where it reads as JSON (a number, a list, "a text"), else a text.
    """
    text = sys.stdin.read() if statement == "-" else statement
    values = {name: _value(said) for name, said in _pairs(param)}
    with session.memory() as memory:
        result = memory.cypher(text, values, limit=limit, timeout_s=timeout)
    _show(session, result, "--limit")


def queries(session: Session) -> None:
    """List the queries of the catalogue: what each answers and what it needs to know."""
    from graphmem_queries.catalogue import queries as catalogue

    known = list(catalogue().values())
    rows = [
        {
            "name": one.name,
            "question": one.question,
            "parameters": [
                {"name": p.name, "type": p.type, "meaning": p.meaning, "default": p.default}
                for p in one.parameters
            ],
            "columns": one.columns,
            "portable": one.portable,
        }
        for one in known
    ]
    emit(session, {"queries": rows}, lambda: _query_lines(known))


def query(
    session: Session,
    name: Annotated[str, typer.Argument(help="As `graphmem queries` lists it.")],
    param: Param = None,
    timeout: Timeout = 10.0,
) -> None:
    """Run a query of the catalogue."""
    with session.memory() as memory:
        result = memory.query(name, dict(_pairs(param)), limit=100_000, timeout_s=timeout)
    _show(session, result, "--param limit")


def _pairs(given: Sequence[str] | None) -> list[tuple[str, str]]:
    pairs = []
    for one in given or ():
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(f"{one!r} is not NAME=VALUE", param_hint="--param")
        pairs.append((name.strip().removeprefix("$"), value))
    return pairs


def _value(said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return said


def _show(session: Session, result: CypherResult, limited_by: str) -> None:
    rows = [[_jsonable(value) for value in row] for row in result.rows]
    payload = {"columns": result.columns, "rows": rows, "cut": result.cut}
    emit(session, payload, lambda: _table(result))
    if result.cut:
        session.say(f"cut after {len(result.rows):,} rows: there are more, see {limited_by}")


def _table(result: CypherResult) -> Iterable[str]:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if result.columns == ("plan",):
        yield from (str(value) for row in result.rows for value in row)
        return
    table = Table(box=SIMPLE, pad_edge=False)
    for column in result.columns:
        table.add_column(Text(escaped(column)), overflow="fold")
    for row in result.rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    width = None if sys.stdout.isatty() else 160
    console = Console(highlight=False, color_system=None, width=width)
    with console.capture() as capture:
        console.print(table)
    yield from (line.rstrip() for line in capture.get().splitlines() if line.strip())
    yield f"({len(result.rows):,} {'row' if len(result.rows) == 1 else 'rows'})"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        value = json.dumps(_jsonable(value), ensure_ascii=False)
    text = escaped(" ".join(str(value).split()))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [_jsonable(one) for one in value]
    if isinstance(value, dict):
        return {name: _jsonable(one) for name, one in value.items()}
    if isinstance(value, float) and not math.isfinite(value):  # JSON has no word for it
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _query_lines(known: Sequence[Query]) -> Iterable[str]:
    for one in known:
        needed = [f"--param {p.name}=…" for p in one.parameters if p.default is None]
        yield " ".join([one.name, *needed])
        yield from wrapped(one.question)
