"""What a server allows of what a caller asks for."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from graphmem_api.problems import Problem
from graphmem_api.settings import Limits
from graphmem_schemas import Frozen

__all__ = ["at_most", "check_length", "check_most", "within"]

_N = TypeVar("_N", int, float)
# Which setting limits what a request names; `limit` is of the operation.
_FIELDS = {"k": "k", "budget": "budget", "hops": "hops", "timeout_s": "cypher_s"}
_ROWS = {"graph": "nodes", "cypher": "rows", "query": "rows"}


def check_most(error: Mapping[str, Any], operation: str | None, limits: Limits) -> None:
    """Refuse what is above what any server takes by what this one does: there is one limit.

    Args:
        error: of a request that is not valid, as pydantic tells it.
        operation: its id.

    Raises:
        Problem: 422, where a number is too high that a setting limits.
    """
    field = str(error["loc"][-1])
    setting = _ROWS.get(operation or "") if field == "limit" else _FIELDS.get(field)
    if error["type"] == "less_than_equal" and setting:
        most = error["ctx"]["le"]
        asked = error["input"]
        number = float(asked) if isinstance(most, float) else int(asked)
        at_most(number, min(most, getattr(limits, setting)), field)


def at_most(asked: _N, limit: _N, what: str) -> _N:
    """Return what is asked for, where the server allows that much.

    Raises:
        Problem: 422, where it is more.
    """
    if asked > limit:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "over_limit",
            f"{what} is {asked:,}, and this server allows {limit:,}: ask for less, page by page "
            "where there is a cursor",
        )
    return asked


def within(body: Frozen, name: str, limit: int) -> int:
    """Return a number of a body; what nobody asked for is as much as the server allows.

    Raises:
        Problem: 422, where more was asked for.
    """
    number: int = getattr(body, name)
    if name not in body.model_fields_set:
        return min(number, limit)
    return at_most(number, limit, name)


def check_length(text: str, limit: int, what: str) -> str:
    """Return the text, where it is short enough.

    Raises:
        Problem: 413, where it is longer.
    """
    if len(text) > limit:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "text_too_long",
            f"{what} has {len(text):,} characters, and this server takes {limit:,}: split it",
        )
    return text
