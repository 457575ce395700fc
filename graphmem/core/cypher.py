"""A Cypher statement that was checked, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from graphmem.core.cypher_guard import check_statement
from graphmem.errors import InvalidInput
from graphmem_schemas.base import as_utc

__all__ = [
    "MAX_ROWS",
    "MAX_TIMEOUT_S",
    "CypherRequest",
    "CypherResult",
    "CypherValue",
    "accept_cypher",
]

CypherValue = str | int | float | bool | datetime | None | list[Any]
"""A parameter: a plain value, or a list of plain values of one type. Moments are in UTC."""

MAX_ROWS = 100_000
MAX_TIMEOUT_S = 600.0
_MAX_VALUES = 100_000
_MAX_CHARS = 1_000_000
_MAX_INTEGER = 2**63


@dataclass(frozen=True, slots=True)
class CypherRequest:
    """What an engine may run; made by `accept_cypher` alone.

    Attributes:
        parameters: each parameter that the statement names, and no other.
        limit: rows that are returned at most.
        timeout_s: seconds after which the engine gives up.
    """

    statement: str
    parameters: Mapping[str, CypherValue]
    limit: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class CypherResult:
    """What a statement found.

    Attributes:
        columns: as the statement names them.
        rows: one tuple a row, in the order of the columns. A node is {"label", and what it says},
            an edge {"kind", and what it says}, a path {"nodes", "edges"}; a moment is a datetime
            in UTC.
        cut: whether there were more rows than the limit, or than an answer may be large.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)
    cut: bool = False

    def records(self) -> list[dict[str, Any]]:
        """Return each row as a dict."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def accept_cypher(
    statement: object,
    parameters: Mapping[str, Any] | None,
    *,
    space: str,
    limit: int,
    timeout_s: float,
) -> CypherRequest:
    """Check everything about a statement that can be checked without an engine.

    Args:
        space: bound to `$space`, where the statement names it.

    Raises:
        InvalidInput: The statement does not only read, a parameter is missing, unknown or no
            plain value, or a limit is out of range.
    """
    names = check_statement(statement)
    given = dict(_mapping(parameters))
    if given.get("space", space) != space:
        raise InvalidInput(f"$space is {space!r}, the memory's own, and nothing else")
    bound = {"space": space, **given} if "space" in names else given
    if missing := sorted(names - bound.keys()):
        raise InvalidInput(f"the statement needs a value for ${missing[0]}; pass it by parameters")
    if unknown := sorted(bound.keys() - names - {"space"}):
        raise InvalidInput(f"the statement has no parameter ${unknown[0]}; it has {_list(names)}")
    if type(limit) is not int or not 1 <= limit <= MAX_ROWS:
        raise InvalidInput(f"limit must be a number from 1 to {MAX_ROWS:,}, not {limit!r}")
    if type(timeout_s) not in (int, float) or not 0 < timeout_s <= MAX_TIMEOUT_S:
        raise InvalidInput(
            f"timeout_s must be above 0 and at most {MAX_TIMEOUT_S:.0f} seconds, not {timeout_s!r}"
        )
    checked = {name: _value(bound[name], f"${name}") for name in sorted(names)}
    return CypherRequest(str(statement), checked, limit, float(timeout_s))


def _mapping(parameters: object) -> Mapping[str, Any]:
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping) or not all(isinstance(key, str) for key in parameters):
        raise InvalidInput("parameters must be a dict of names and values")
    return parameters


def _list(names: frozenset[str]) -> str:
    return ", ".join(f"${name}" for name in sorted(names)) or "none"


def _value(value: object, name: str) -> CypherValue:
    """Return the value as both engines take it."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes | bytearray):
        return _scalar(value, name)
    if len(value) > _MAX_VALUES:
        raise InvalidInput(f"{name} has {len(value):,} values, more than {_MAX_VALUES:,}")
    scalars = [_scalar(one, f"{name}[{at}]") for at, one in enumerate(value)]
    if len({type(one) for one in scalars}) > 1:
        raise InvalidInput(f"{name} mixes types: all values of a list must be of one")
    return scalars


def _scalar(value: object, name: str) -> str | int | float | bool | datetime | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, name)
    if isinstance(value, int) and -_MAX_INTEGER <= value < _MAX_INTEGER:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, datetime):
        try:
            return as_utc(value)
        except ValueError as error:
            raise InvalidInput(f"{name} cannot be a parameter: {error}") from error
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise InvalidInput(
        f"{name} cannot be a parameter ({type(value).__name__} {str(value)[:40]!r}): give a "
        "string, a whole number of 64 bits, a finite float, a truth value, a moment, None, or a "
        "list of such"
    )


def _text(value: str, name: str) -> str:
    if len(value) > _MAX_CHARS:
        raise InvalidInput(f"{name} has {len(value):,} characters, more than {_MAX_CHARS:,}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(f"{name} has half a character at {error.start}; repair it") from error
    return str(value)
